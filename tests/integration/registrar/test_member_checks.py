"""A registrar's own check of the member, by mail of its own and by its letters."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.private_list import BadPrivateList
from hanpyo.protocol.types import Address
from hanpyo.registrar.errors import (
    NoMemberCheck,
    ProofLocked,
    ProofMissing,
    ProofWrong,
    TooManyRequests,
)
from hanpyo.registrar.importing import ForeignList, import_contacts, make_letters
from hanpyo.registrar.opening import Desk
from hanpyo.registrar.proofs import prove
from hanpyo.registrar.requests import AttestationRequest, Purpose
from tests.service.attesting import PASSPHRASE, desk, private_list, request_for
from tests.service.registrar_mail import Mailbox, mailbox
from tests.service.scene import Scene, voter

_CODE = re.compile(r"확인 번호: (\S+)")


@pytest.fixture(scope="module")
def published(lone: Scene) -> PublishedElection:
    return lone.publish(voters=8)


@pytest.fixture
def post() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


def proven(
    desk: Desk, code: str, purpose: Purpose, request: AttestationRequest
) -> AttestationRequest:
    """The request with the member's proof for this registrar."""
    address = desk.office.address
    return replace(request, proofs={address: prove(code, address, purpose, request)})


def code_in(text: str) -> str:
    found = _CODE.search(text)
    assert found
    return found[1]


def test_a_code_that_the_registrar_mailed_binds_the_key_it_was_used_for_and_no_other(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    with desk(lone, tmp_path, "code", post) as own:
        place = published.domain.election
        assert import_contacts(own, place, private_list(published), PASSPHRASE) == 8
        request = request_for(published, voter(0))
        with pytest.raises(ProofMissing):
            own.office.attest(request)
        own.office.send_code(place, 0, "bind")
        (to, text), *_ = post.wait(1)
        assert to == "v0@members.test"
        assert "선거인 번호: 0" in text
        given = proven(own, code_in(text), "bind", request)
        swapped = request_for(published, voter(0), proofs=given.proofs)
        with pytest.raises(ProofWrong):
            own.office.attest(swapped)
        signature = own.office.attest(given)
        assert own.office.attest(request) == signature
        with pytest.raises(ProofWrong):
            own.office.attest_rebind(
                proven(own, code_in(text), "rebind", request_for(published, voter(0), epoch=1))
            )


def test_wrong_proofs_lock_and_codes_are_not_sent_without_end(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    with desk(lone, tmp_path, "code", post) as own:
        place = published.domain.election
        import_contacts(own, place, private_list(published), PASSPHRASE)
        for _ in range(3):
            own.office.send_code(place, 1, "bind")
        with pytest.raises(TooManyRequests):
            own.office.send_code(place, 1, "bind")
        request = request_for(published, voter(1))
        for _ in range(5):
            with pytest.raises(ProofWrong):
                own.office.attest(proven(own, "AAAA-AAAA", "bind", request))
        last = code_in(post.wait(3)[-1][1])
        with pytest.raises(ProofLocked):
            own.office.attest(proven(own, last, "bind", request))


def test_a_voter_without_contact_looks_like_any_other(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    with desk(lone, tmp_path, "code", post) as own:
        own.office.send_code(published.domain.election, 2, "bind")
        own.office.send_code(published.domain.election, 10_000, "bind")
        assert post.texts == []


def test_a_letters_code_serves_the_first_key_and_the_next(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    with desk(lone, tmp_path, "secret", post) as own:
        place = published.domain.election
        letters, _ = make_letters(own, place, private_list(published), PASSPHRASE)
        rows = list(csv.DictReader(io.StringIO(letters.decode("utf-8-sig"))))
        assert [row["이름"] for row in rows] == [f"'=김{number}" for number in range(8)]
        code = rows[3]["확인 번호"]
        request = request_for(published, voter(3))
        with pytest.raises(ProofWrong):
            own.office.attest(proven(own, rows[4]["확인 번호"], "bind", request))
        with pytest.raises(NoMemberCheck):
            own.office.send_code(place, 3, "bind")
        typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        own.office.attest(proven(own, typed, "bind", request))
        second = request_for(published, voter(3), epoch=1)
        own.office.attest_rebind(proven(own, code, "rebind", second))


def test_the_list_of_another_roll_is_refused(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    data = private_list(published, blind=bytes([8]) * 32)
    with desk(lone, tmp_path, "code", post) as own:
        with pytest.raises(ForeignList):
            import_contacts(own, published.domain.election, data, PASSPHRASE)
        with pytest.raises(BadPrivateList):
            import_contacts(own, published.domain.election, data, PASSPHRASE + "?")


def test_nothing_personal_stands_in_the_database_and_erasing_leaves_the_ledger(
    lone: Scene, published: PublishedElection, tmp_path: Path, post: Mailbox
) -> None:
    with desk(lone, tmp_path, "none", post) as own:
        place = Address(published.domain.election)
        import_contacts(own, place, private_list(published), PASSPHRASE)
        own.office.attest(request_for(published, voter(5)))
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("registrar.db*"))
        assert b"members.test" not in stored
        assert "김".encode() not in stored
        own.contacts.erase(place)
        assert own.contacts.get(place, 5) is None
        assert own.office.ledger.key_of(place, 5, 0) is not None
