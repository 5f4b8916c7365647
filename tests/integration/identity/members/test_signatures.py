"""Electronic signatures: the chain, the dates, the usage, the text."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hanpyo.config import ConfigError
from hanpyo.elections.people import Person
from hanpyo.identity.methods.signature import read_roots
from tests.service.authority import Authority
from tests.service.clocks import Clock
from tests.service.village import Village, Visitor, village

HANA = "CN=김하나 0001"
PEOPLE = (Person(name="김하나", subject=f"x509:{HANA}"),)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(Clock()())


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Village]:
    folder = tmp_path_factory.mktemp("authority")
    (folder / "root.pem").write_bytes(authority.pem())
    settings = {"identity": {"signature_roots": (folder / "root.pem",)}}
    with village("sqlite", folder, **settings) as made:
        made.publish("L4", "signature", people=PEOPLE)
        yield made


def begin(hall: Village) -> tuple[Visitor, str, str]:
    visitor = hall.visitor()
    answer = visitor.post(f"/v1/elections/{hall.election}/challenges", {"method": "signature"})
    return visitor, answer.json["challenge"], answer.json["show"]["text"]


def test_a_signature_of_the_rolls_subject_reaches_l4(hall: Village, authority: Authority) -> None:
    visitor, challenge, text = begin(hall)
    answer = visitor.answer(challenge, **authority.issue("김하나 0001").answer(text))
    assert (answer.status_code, answer.json["level"]) == (201, "L4")


@pytest.mark.parametrize(
    "more", [{"days": (-10, -1)}, {"days": (1, 10)}, {"signs": False}, {"authority": True}]
)
def test_certificates_that_may_not_sign_now_are_refused(
    hall: Village, authority: Authority, more: dict[str, Any]
) -> None:
    visitor, challenge, text = begin(hall)
    answer = visitor.answer(challenge, **authority.issue("김하나 0001", **more).answer(text))
    assert answer.status_code == 401


def test_other_authorities_texts_and_people_are_refused(
    hall: Village, authority: Authority
) -> None:
    honest = authority.issue("김하나 0001")
    answers: tuple[Callable[[str], dict[str, Any]], ...] = (
        Authority(hall.clock()).issue("김하나 0001").answer,
        authority.issue("이두리 0002").answer,
        lambda text: honest.answer(text + " "),
        lambda text: honest.answer(text) | {"certificates": []},
        lambda text: honest.answer(text) | {"signature": "!"},
        lambda text: honest.answer(text) | {"certificates": ["AAAA"]},
        lambda _: {},
    )
    for made in answers:
        visitor, challenge, text = begin(hall)
        answer = visitor.answer(challenge, **made(text))
        assert (answer.status_code, answer.json["code"]) == (401, "proof_refused")


def test_roots_that_cannot_be_read_are_a_setting_at_fault(hall: Village) -> None:
    folder = hall.runtime.settings.data
    (folder / "empty.pem").write_text("")
    for path in (folder / "missing.pem", folder / "empty.pem"):
        with pytest.raises(ConfigError, match="signature_roots"):
            read_roots((path,))
