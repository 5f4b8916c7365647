"""`hanpyo audit` as it is typed: output, files and exit status."""

from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hanpyo.cli import main
from hanpyo.elections.hosting import Host
from hanpyo.protocol.roll import encode_roll
from tests.integration.audit.scene import Scene
from tests.integration.audit.tampering import flip

pytestmark = pytest.mark.xdist_group("audit")
OTHER = "0x" + "00" * 19 + "77"


def run(*arguments: str | Path) -> Result:
    given: Sequence[str] = ["audit", *map(str, arguments)]
    return CliRunner().invoke(main, given)


def test_a_node_and_an_address_are_enough(sealed: Scene) -> None:
    result = run("--rpc", sealed.host.url, "--election", sealed.contract.address)
    assert result.exit_code == 0, result.output
    assert "이상 없음 / nothing is wrong" in result.output
    assert "컨트랙트 코드 / contract code" in result.output


def test_the_report_is_one_json_object(sealed: Scene) -> None:
    manifest_hash = "0x" + sealed.contract.manifest_hash.hex()
    result = run(
        "--rpc",
        sealed.host.url,
        "--election",
        sealed.contract.address,
        "--manifest-hash",
        manifest_hash,
        "--json",
    )
    content = orjson.loads(result.output)
    assert result.exit_code == 0
    assert content["ok"] is True
    status = {check["name"]: check["status"] for check in content["checks"]}
    assert status["manifest"] == "PASS"


def test_a_bundle_is_written_and_checked_offline(sealed: Scene, bundle: Path) -> None:
    written = run(
        "--rpc", sealed.host.url, "--election", sealed.contract.address, "--bundle", bundle
    )
    assert written.exit_code == 0
    offline = run("--bundle", bundle, "--json")
    assert offline.exit_code == 0
    block = orjson.loads(offline.output)["block"]["hash"]
    assert run("--bundle", bundle, "--block-hash", block).exit_code == 0
    refused = run("--bundle", bundle, "--block-hash", flip(block, 4))
    assert refused.exit_code == 2
    assert "bad_bundle" in refused.output


def test_a_wrong_organiser_is_a_failed_check(sealed: Scene) -> None:
    result = run(
        "--rpc", sealed.host.url, "--election", sealed.contract.address, "--organiser", OTHER
    )
    assert result.exit_code == 1
    assert "FAILED: manifest" in result.output


def test_the_roll_is_taken_from_a_file(opened: Scene, tmp_path: Path) -> None:
    roll = tmp_path / "roll"
    roll.write_bytes(encode_roll(opened.plan.roll))
    arguments = ("--rpc", opened.host.url, "--election", opened.contract.address)
    assert "UNCHECKED roll" in run(*arguments).output
    assert "PASS      roll" in run(*arguments, "--roll", roll).output
    roll.write_bytes(encode_roll(opened.plan.roll)[:-43])
    assert run(*arguments, "--roll", roll).exit_code == 1
    roll.write_bytes(b"no roll")
    assert run(*arguments, "--roll", roll).exit_code == 1


def test_two_nodes_are_compared(sealed: Scene) -> None:
    url = sealed.host.url
    result = run("--rpc", url, "--rpc", url, "--election", sealed.contract.address)
    assert result.exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--rpc", "http://127.0.0.1:1"),
        ("--rpc", "http://127.0.0.1:1", "--election", "0x12"),
        ("--rpc", "http://127.0.0.1:1", "--election", OTHER),
        ("--rpc", "ftp://nowhere", "--election", OTHER),
        ("--rpc", "http://127.0.0.1:1", "--election", OTHER, "--block-hash", "0x" + "00" * 32),
        ("--bundle", "does-not-exist.gz"),
        ("--roll", "does-not-exist"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.strip()
    assert "Traceback" not in result.output


def test_an_unknown_contract(sealed_host: Host) -> None:
    result = run("--rpc", sealed_host.url, "--election", OTHER)
    assert result.exit_code == 2
    assert "unknown_election" in result.output


def test_a_bundle_that_cannot_be_written(sealed: Scene, tmp_path: Path) -> None:
    target = tmp_path / "missing" / "evidence.gz"
    result = run(
        "--rpc", sealed.host.url, "--election", sealed.contract.address, "--bundle", target
    )
    assert result.exit_code == 2
    assert "cannot be written" in result.output
