"""An election's whole life through the commands, on a chain whose time the test moves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from hanpyo.chain.accounts import open_keystore
from hanpyo.chain.deploy import deploy
from hanpyo.chain.node import ENDOWMENT, EmbeddedNode
from hanpyo.elections.keyfiles import open_trustee_key
from hanpyo.elections.lifecycle import sender_for
from hanpyo.secrecy.trustee import TrusteeKey
from tests.commands import Ran, run

PASSWORD = "a password of the tests"
MEMBERS = "identity,weight,class\nkim,1,0\nlee,1/2,0\npark,3/2,1\n"


@dataclass
class Office:
    """The organiser's desk: a node, a folder of files, and what was made so far."""

    node: EmbeddedNode
    factory: str
    folder: Path
    election: str = ""
    opens: int = 0

    def __post_init__(self) -> None:
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)
        (self.folder / "members.csv").write_text(MEMBERS)
        self.node.controls.set_balance(self.key("payer"), ENDOWMENT)

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def payer(self) -> tuple[object, ...]:
        return "--keystore", self.folder / "payer.json", "--password-file", self.password

    @property
    def there(self) -> tuple[object, ...]:
        return "--rpc", self.node.url, "--election", self.election

    def key(self, name: str) -> str:
        """Make a keystore that opens quickly; returns the address."""
        account = Account.create()
        self._keep(name, bytes(account.key))
        return str(account.address)

    def trustee_key(self) -> dict[str, str]:
        """Make the trustees' keystore; returns the public key."""
        trustee = TrusteeKey.generate()
        self._keep("trustee", trustee.secret.to_bytes(32, "big"))
        x, y = trustee.public
        return {"x": hex(x), "y": hex(y)}

    def _keep(self, name: str, secret: bytes) -> None:
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(Account.encrypt(secret, PASSWORD, "pbkdf2", 2)))
        file.chmod(0o600)

    def definition(self, **changes: Any) -> Path:
        self.opens = self.node.controls.now() + 600
        whole = {
            "title": "정기총회",
            "organisation": "한표협동조합",
            "secrecy": "sealed",
            "times": {
                "opens": self.opens,
                "closes": self.opens + 600,
                "opening": self.opens + 700,
                "keyDeadline": self.opens + 900,
            },
            "registrars": {"threshold": 2, "addresses": [self.key(f"r{n}") for n in range(3)]},
            "trusteeKey": self.trustee_key(),
            "groups": ["members", "board"],
            "classes": [
                {"name": "members", "group": "members"},
                {"name": "board", "group": "board", "barred": [[2, 1]]},
            ],
            "items": [
                {
                    "title": "정관 변경",
                    "options": ["찬성", "반대", "기권"],
                    "rule": {
                        "decision": "threshold",
                        "unit": "both",
                        "quorum": "> 1/2",
                        "approval": ">= 2/3",
                    },
                },
                {"title": "Points", "method": "score", "points": 5, "options": ["a", "b"]},
            ],
        }
        file = self.folder / "election.json"
        file.write_text(json.dumps(whole | changes))
        return file

    def create(self) -> Ran:
        members, roll = self.folder / "members.csv", self.folder / "roll.bin"
        run("roll", "build", members, "--out", roll, "--private", self.folder / "private.csv")
        ran = run(
            "election",
            "create",
            self.definition(),
            *("--roll", roll, "--rpc", self.node.url, "--factory", self.factory),
            *(*self.payer, "--json"),
        )
        assert ran.status == 0, ran.errors
        self.election = ran.report["election"]
        return ran

    def attest(self, voter: int) -> None:
        """Two registrars bind a fresh key to a voter."""
        address = self.key(f"v{voter}")
        for registrar in ("r0", "r2"):
            ran = run(
                "roll",
                "attest",
                self.folder / "roll.bin",
                *self.there,
                *("--voter", voter, "--key", address),
                *("--credential", self.folder / f"credential-{voter}.json"),
                *("--keystore", self.folder / f"{registrar}.json"),
                *("--password-file", self.password),
            )
            assert ran.status == 0, ran.errors

    def cast(self, voter: int, *choices: str) -> Ran:
        return run(
            "ballot",
            "cast",
            *choices,
            *self.there,
            *self.payer,
            *("--credential", self.folder / f"credential-{voter}.json"),
            *("--voter-key", self.folder / f"v{voter}.json"),
            *("--voter-password-file", self.password),
            "--json",
        )


@pytest.fixture(scope="module")
def node() -> Iterator[EmbeddedNode]:
    with EmbeddedNode() as node:
        yield node


@pytest.fixture(scope="module")
def factory(node: EmbeddedNode) -> str:
    return deploy(sender_for(node.rpc, node.accounts[0]), node.chain_id).factory


@pytest.fixture
def office(node: EmbeddedNode, factory: str, tmp_path: Path) -> Office:
    return Office(node, factory, tmp_path)


def test_new_keys_open_with_their_password(office: Office) -> None:
    voter, trustee = office.folder / "voter.json", office.folder / "trustees.json"
    with_password = ("--password-file", office.password, "--json")
    address = run("ballot", "key", voter, *with_password).report["address"]
    point = run("election", "key", trustee, *with_password).report["trusteeKey"]
    assert open_keystore(voter, PASSWORD).address == address
    assert open_trustee_key(trustee, PASSWORD).public == (int(point["x"], 16), int(point["y"], 16))
    assert {path.stat().st_mode & 0o777 for path in (voter, trustee)} == {0o600}
    again = run("election", "key", trustee, *with_password)
    assert (again.status, again.report["error"]["code"]) == (2, "file_refused")


def by_identity(office: Office) -> dict[str, int]:
    lines = (office.folder / "private.csv").read_text().splitlines()[1:]
    return {line.split(",")[1]: int(line.split(",")[0]) for line in lines}


def test_a_whole_election_through_the_commands(office: Office) -> None:
    office.create()
    numbers = by_identity(office)
    kim, lee, park = numbers["kim"], numbers["lee"], numbers["park"]
    for voter in (kim, lee, park):
        office.attest(voter)
    office.node.controls.advance_to(office.opens)

    receipts = [
        office.cast(kim, "1=1", "2=1:5,2:3").report["receipt"],
        office.cast(lee, "1=1").report["receipt"],
        office.cast(park, "1=2", "2=2:4").report["receipt"],
    ]
    again = office.cast(lee, "1=2").report
    assert again["revision"] == 1
    assert office.cast(kim, "--withdraw").report["revision"] == 1
    office.cast(kim, "1=1", "2=1:2")

    first = run("ballot", "check", receipts[1], "--voter", lee, *office.there, "--json")
    assert (first.status, first.report["recorded"], first.report["live"]) == (0, True, False)
    live = run("ballot", "check", again["receipt"], "--voter", lee, *office.there, "--json")
    assert live.report["live"]
    foreign = run("ballot", "check", receipts[2], "--voter", lee, *office.there, "--json")
    assert (foreign.status, foreign.report["recorded"]) == (1, False)

    office.node.controls.advance_to(office.opens + 700)
    closed = run(
        "election",
        "close",
        *office.there,
        *office.payer,
        *("--trustee-key", office.folder / "trustee.json"),
        *("--trustee-password-file", office.password, "--json"),
    )
    assert closed.status == 0, closed.errors
    counts = {name: closed.report[name] for name in ("settled", "opened", "live", "voided")}
    assert counts == {"settled": 2, "opened": 3, "live": 3, "voided": 0}
    opened = run("ballot", "open", "--voter", park, *office.there, "--json")
    assert opened.report["items"] == ["2", "2:4"]

    office.node.controls.advance_to(office.opens + 900)
    certified = run("election", "certify", *office.there, *office.payer, "--json")
    assert certified.status == 0, certified.errors
    bylaws, points = certified.report["items"]
    assert (bylaws["outcome"], points["outcome"]) == ("failed", "counted")
    assert [option["weight"] for option in bylaws["options"]] == [2, 4, 0]
    assert [option["heads"] for option in points["options"]] == [2, 4]
    assert certified.report["title"] == "정기총회"

    shown = run("election", "show", *office.there)
    assert "certified" in shown.output
    assert "찬성" in shown.output
    audited = run("audit", *office.there, "--json")
    assert (audited.status, audited.report["ok"]) == (0, True)


def test_what_cannot_be_cast_is_told_in_one_line(office: Office) -> None:
    office.create()
    voter = by_identity(office)["park"]
    office.attest(voter)
    early = office.cast(voter, "1=1")
    assert (early.status, early.report["error"]["code"]) == (2, "ballot_not_recorded")
    office.node.controls.advance_to(office.opens)
    for typed, said in (
        ("3=1", "items 1 to 2"),
        ("1=9", "option 9"),
        ("2=1:1", "item 2: option barred to this class"),
        ("2=1", "option:points"),
        ("yes", "is not like"),
    ):
        ran = office.cast(voter, typed)
        assert (ran.status, said in ran.errors, ran.errors.count("\n")) == (2, True, 1), typed
    assert office.cast(voter, "1=1").status == 0


def test_a_definition_is_refused_before_anything_is_sent(office: Office) -> None:
    office.create()
    blocks = office.node.rpc.block_number()
    for changes, said in (
        ({"times": {"opens": 1_800_000_000_000, "closes": 1, "opening": 2}}, "milliseconds"),
        ({"registrars": None}, "registrar"),
        ({"trusteeKey": None}, "trusteeKey"),
        ({"trusteeKey": {"x": "0x1", "y": "0x1"}}, "curve"),
        ({"items": []}, "items"),
        ({"quorom": 1}, "quorom"),
        ({"clerks": ["0x" + "11" * 20]}, "clerk"),
    ):
        file = office.folder / "wrong.json"
        whole = json.loads((office.folder / "election.json").read_text())
        file.write_text(json.dumps(whole | changes))
        ran = run(
            "election",
            "create",
            file,
            *("--roll", office.folder / "roll.bin", "--rpc", office.node.url, *office.payer),
            *("--factory", office.factory),
        )
        assert (ran.status, ran.errors.count("\n")) == (2, 1), changes
        assert said in ran.errors, changes
    assert office.node.rpc.block_number() == blocks


def test_an_address_without_an_election_is_named(office: Office) -> None:
    nowhere = "0x" + "22" * 20
    ran = run("election", "show", "--rpc", office.node.url, "--election", nowhere, "--json")
    assert (ran.status, ran.report["error"]["code"]) == (2, "unknown_contract")
    assert nowhere in ran.errors


def test_a_stranger_cannot_attest(office: Office) -> None:
    office.create()
    office.key("stranger")
    ran = run(
        "roll",
        "attest",
        office.folder / "roll.bin",
        *office.there,
        *("--voter", 0, "--key", "0x" + "33" * 20),
        *("--credential", office.folder / "credential.json"),
        *("--keystore", office.folder / "stranger.json", "--password-file", office.password),
    )
    assert ran.status == 2
    assert "is no registrar" in ran.errors
    assert not (office.folder / "credential.json").exists()
