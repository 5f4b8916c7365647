"""Three registrars as processes of their own; m of them are asked, and some do not behave."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from hanpyo.chain.contracts import ElectionContract
from hanpyo.cli import main
from hanpyo.elections.casting import single_batch
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.officials import new_key
from hanpyo.protocol.messages import digest
from hanpyo.protocol.signatures import sign
from hanpyo.registrar.client import Registrars
from hanpyo.registrar.errors import RegistrarRefused, RegistrarsUnavailable
from hanpyo.registrar.importing import import_contacts
from hanpyo.registrar.remote import RemoteRefusal, RemoteRegistrar
from hanpyo.registrar.report import RegistrarReport, report_on
from tests.service.attesting import PASSPHRASE, private_list, request_for
from tests.service.registrar_mail import Mailbox, mailbox
from tests.service.registrar_processes import (
    TOKEN,
    RegistrarProcess,
    answer,
    dripping,
    liar,
    running,
    silent,
)
from tests.service.scene import YES, Scene, booth, voter


@pytest.fixture(scope="module")
def published(lone: Scene) -> PublishedElection:
    return lone.publish(voters=30)


@pytest.fixture(scope="module")
def post() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture(scope="module")
def processes(
    lone: Scene, post: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[RegistrarProcess]]:
    folder = tmp_path_factory.mktemp("registrars")
    keys = lone.officials.registrars.keys
    with running(
        [
            RegistrarProcess(
                folder / str(number),
                key,
                lone.node.url,
                lone.node.chain_id,
                options={"requests_a_voter": 10_000, "mail": post.settings},
            )
            for number, key in enumerate(keys)
        ]
    ) as found:
        yield found


@pytest.fixture
def clients(processes: list[RegistrarProcess]) -> Iterator[list[RemoteRegistrar]]:
    with ExitStack() as stack:
        made = [each.client() for each in processes]
        for each in made:
            stack.callback(each.close)
        yield made


def test_two_of_three_processes_attest_what_the_chain_takes(
    lone: Scene, published: PublishedElection, clients: list[RemoteRegistrar]
) -> None:
    member = voter(0)
    attestations = Registrars(clients).attest(published, request_for(published, member))
    record = booth(published).ballot(member, YES)
    contract = ElectionContract(lone.node.rpc, published.address)
    lone.organiser.transact(contract.cast(single_batch(booth(published), record, attestations)))
    assert contract.has_ballot(0)


def test_each_says_who_it_is(clients: list[RemoteRegistrar]) -> None:
    for client, about in Registrars(clients).describe():
        assert about is not None
        assert (about.address, about.check) == (client.address, "none")


def test_every_process_refuses_a_service_that_lies(
    published: PublishedElection, clients: list[RemoteRegistrar]
) -> None:
    lies: list[tuple[dict[str, Any], str]] = [
        ({"weight": 2}, "unlike_roll"),
        ({"class_": 3}, "unlike_roll"),
        ({"epoch": 1}, "wrong_epoch"),
        ({"voter": 30}, "voter_unknown"),
        ({"key": bytes(32)}, "bad_key"),
    ]
    for client in clients:
        assert client.attest(request_for(published, _VOTER))
        for lie, code in lies:
            with pytest.raises(RemoteRefusal) as raised:
                client.attest(request_for(published, voter(2), **lie))
            assert raised.value.reason == code
        with pytest.raises(RemoteRefusal) as raised:
            client.attest(request_for(published, voter(_VOTER.number)))
        assert raised.value.reason == "key_taken"


_VOTER = voter(1)


def test_a_list_of_credentials_that_were_not_signed_is_refused_by_each(
    published: PublishedElection, clients: list[RemoteRegistrar]
) -> None:
    members = [voter(number) for number in (3, 4)]
    requests = [request_for(published, member) for member in members]
    for request in requests:
        for client in clients:
            client.attest(request)
    credentials = [each.credential for each in requests]
    assert Registrars(clients).sign_list(published, credentials) is not None
    strange = [*credentials, request_for(published, voter(5)).credential]
    assert Registrars(clients).sign_list(published, strange) is None
    for client in clients:
        with pytest.raises(RemoteRefusal) as raised:
            client.sign_list(published.domain.election, strange)
        assert raised.value.reason == "unattested"


def test_a_wrong_token_opens_nothing(
    published: PublishedElection, processes: list[RegistrarProcess]
) -> None:
    for path in ("attestations", "rebinds", "lists", "member-codes"):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            found = httpx.post(f"{processes[0].url}/v1/{path}", json={}, headers=headers)
            assert (found.status_code, found.json()["code"]) == (401, "unauthenticated")
    with ExitStack() as stack:
        strangers = [each.client(token="wrong") for each in processes]
        for each in strangers:
            stack.callback(each.close)
        with pytest.raises(RegistrarsUnavailable):
            Registrars(strangers).attest(published, request_for(published, voter(6)))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 422),
        (b'{"election":"0x00","election":"0x00"}', 400),
        (b'{"url":"http://169.254.169.254/"}', 422),
        (b"[" * 100_000, 400),
        (b" " * 600_000, 413),
    ],
    ids=["empty", "cut", "array", "bare", "twice", "url", "deep", "large"],
)
def test_what_is_no_request_is_answered_with_a_problem(
    processes: list[RegistrarProcess], body: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    found = httpx.post(f"{processes[0].url}/v1/attestations", content=body, headers=headers)
    assert found.status_code == status
    assert found.headers["Content-Type"] == "application/problem+json"


def _wrong_key(published: PublishedElection) -> Any:
    def reply(handler: Any, body: bytes) -> None:
        asked = json.loads(body)["credential"]
        message = request_for(published, voter(asked["voter"]), key=bytes.fromhex(asked["key"][2:]))
        signature = sign(digest(published.domain, message.credential), new_key())
        answer(200, json.dumps({"signature": "0x" + signature.hex()}).encode())(handler, body)

    return reply


LIARS = {
    "malformed": answer(200, b"<html>"),
    "nothing": answer(200, b""),
    "zeros": answer(200, json.dumps({"signature": "0x" + "00" * 64}).encode()),
    "other type": answer(200, b'{"signature": 1}'),
    "huge": answer(200, b'{"signature":"' + b"0" * 5_000_000 + b'"}'),
    "dripping": dripping,
    "redirect": lambda handler, _: (
        handler.send_response(307),
        handler.send_header("Location", "http://127.0.0.1:1/"),
        handler.send_header("Content-Length", "0"),
        handler.end_headers(),
    )[0],
    "failing": answer(500, b"oops"),
    "unknown refusal": answer(403, b'{"code":"because","retryable":false,"detail":"<b>"}'),
}


@contextmanager
def _bad(name: str, published: PublishedElection) -> Iterator[str]:
    with ExitStack() as stack:
        if name == "silent":
            yield stack.enter_context(silent())
        elif name == "wrong key":
            yield stack.enter_context(liar(_wrong_key(published)))
        elif name == "refused":
            yield "http://127.0.0.1:1"
        else:
            yield stack.enter_context(liar(LIARS[name]))


@pytest.mark.parametrize("name", ["silent", "wrong key", "refused", *LIARS])
def test_one_that_is_silent_or_lies_changes_nothing_and_two_are_told_in_time(
    published: PublishedElection, clients: list[RemoteRegistrar], name: str
) -> None:
    with _bad(name, published) as url, ExitStack() as stack:
        bad = [
            RemoteRegistrar(name="bad", address=client.address, url=url, token=TOKEN, seconds=1.0)
            for client in clients[:2]
        ]
        for each in bad:
            stack.callback(each.close)
        request = request_for(published, _SEVENTH)
        attestations = Registrars([bad[0], *clients[1:]]).attest(published, request)
        assert [each.index for each in attestations] == [1, 2]
        begun = time.monotonic()
        with pytest.raises(RegistrarsUnavailable):
            Registrars([*bad, clients[2]], seconds=0.4).attest(published, request)
        assert time.monotonic() - begun < 2


_SEVENTH = voter(7)


def test_one_that_refuses_out_of_spite_changes_nothing_and_two_are_believed(
    published: PublishedElection, clients: list[RemoteRegistrar]
) -> None:
    spite = answer(409, b'{"code":"key_taken","retryable":false}')
    with liar(spite) as url, ExitStack() as stack:
        bad = [
            RemoteRegistrar(name="bad", address=each.address, url=url, token=TOKEN)
            for each in clients[:2]
        ]
        for each in bad:
            stack.callback(each.close)
        request = request_for(published, voter(8))
        assert len(Registrars([bad[0], *clients[1:]]).attest(published, request)) == 2
        with pytest.raises(RegistrarRefused, match="다른 기기") as raised:
            Registrars([*bad, clients[2]]).attest(published, request)
        assert raised.value.reason == "key_taken"


def test_a_second_key_is_refused_by_a_registrar_that_was_killed_and_started_again(
    published: PublishedElection, processes: list[RegistrarProcess]
) -> None:
    process = processes[2]
    client = process.client()
    first = request_for(published, voter(9))
    signature = client.attest(first)
    client.close()
    process.stop(signal.SIGKILL)
    process.start()
    process.wait()
    client = process.client()
    with pytest.raises(RemoteRefusal) as raised:
        client.attest(request_for(published, voter(9)))
    assert raised.value.reason == "key_taken"
    assert client.attest(first) == signature
    client.close()


def test_the_report_shows_a_signature_that_the_ledger_does_not_know(
    lone: Scene, published: PublishedElection, processes: list[RegistrarProcess]
) -> None:
    thief = voter(20)
    record = booth(published).ballot(thief, YES)
    stolen = lone.credential(published, record, thief)
    contract = ElectionContract(lone.node.rpc, published.address)
    before = [_report(each, published) for each in processes]
    assert [each.strangers for each in before] == [(), (), ()]
    lone.organiser.transact(contract.cast(single_batch(booth(published), record, stolen)))
    assert _report(processes[2], published).strangers == ()
    place = ["--config", str(processes[0].config), "--election", published.address, "--json"]
    told = CliRunner().invoke(main, ["registrar", "report", *place])
    found = json.loads(told.output)
    assert told.exit_code == 1
    assert [each["voter"] for each in found["strangers"]] == [20]
    assert found["on_chain"] == before[0].on_chain + 1


def test_members_are_told_by_the_registrar_itself(
    lone: Scene,
    published: PublishedElection,
    processes: list[RegistrarProcess],
    clients: list[RemoteRegistrar],
    post: Mailbox,
) -> None:
    place = published.domain.election
    with processes[0].desk() as desk:
        import_contacts(desk, place, private_list(published), PASSPHRASE)
    member = voter(21)
    attestations = Registrars(clients).attest(published, request_for(published, member))
    record = booth(published).ballot(member, YES)
    contract = ElectionContract(lone.node.rpc, published.address)
    lone.organiser.transact(contract.cast(single_batch(booth(published), record, attestations)))
    texts = [text for to, text in _mails(post, "v21@members.test", 2)]
    assert "등록되었습니다" in texts[0]
    assert "표가 기록되었습니다" in texts[1]
    for text in texts:
        assert "선거인 번호: 21" in text
        assert "명부 관리자: 감사위원회" in text
        assert "http" not in text
    for process in processes:
        log = (process.folder / "log").read_text(encoding="utf-8")
        assert "members.test" not in log
        assert "김21" not in log


def _mails(post: Mailbox, to: str, count: int) -> list[tuple[str, str]]:
    """The mails to one member, once there are so many."""
    for total in range(1, 200):
        found = [each for each in post.wait(total) if each[0] == to]
        if len(found) >= count:
            return found
    raise AssertionError("the mails did not come")


def _report(process: RegistrarProcess, published: PublishedElection) -> RegistrarReport:
    with process.desk() as desk:
        return report_on(desk.office, published.domain.election)
