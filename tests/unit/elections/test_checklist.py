"""Each fault and warning of the checklist, one change away from an election that is ready."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hanpyo.config import RegistrarPlace, RegistrarsSection, Settings, load_settings
from hanpyo.db.models import Election
from hanpyo.elections.checklist import checklist
from hanpyo.elections.definition import definition_of
from hanpyo.elections.situation import Situation, with_registrars
from hanpyo.secrecy.trustee import TrusteeKey

NOW = 1_800_000_000
DAY = 86_400
OPENS = NOW + 8 * DAY
SEPOLIA = 11_155_111
ADDRESSES = tuple("0x" + f"{n:02x}" * 20 for n in (1, 2, 3))
KEY = TrusteeKey(7).public


def settings(**more: Any) -> Settings:
    places = tuple(
        RegistrarPlace(name=each, address=each, url="http://127.0.0.1:1") for each in ADDRESSES
    )
    given: dict[str, Any] = {
        "registrars": RegistrarsSection(threshold=2, members=places),
        "mail": {"host": "mail.example"},
    }
    return load_settings(**given | more)


def alone() -> Settings:
    return settings(registrars=RegistrarsSection())


def content(**more: Any) -> dict[str, Any]:
    return {
        "title": "정기총회",
        "times": {
            "opens": OPENS,
            "closes": OPENS + DAY,
            "opening": OPENS + DAY + 3_600,
            "keyDeadline": OPENS + 2 * DAY,
        },
        "registrars": {"threshold": 2, "addresses": list(ADDRESSES)},
        "trusteeKey": {"x": hex(KEY[0]), "y": hex(KEY[1])},
        "items": [{"title": "안건", "options": ["찬성", "반대"]}],
    } | more


def election(**more: Any) -> Election:
    given = {"identity": "L2", "methods": "link mail", "law": "cooperative", "test": False}
    return Election(**given | more)


def situation(**more: Any) -> Situation:
    ready = Situation(
        definition=definition_of(content()),
        election=election(),
        settings=settings(),
        now=NOW,
        chain_id=SEPOLIA,
        classes={0: 10},
        listed=0,
        key_used=False,
    )
    return replace(ready, **more)


def with_provider(methods: str) -> Situation:
    provider = {"name": "one", "issuer": "https://one.example", "client_id": "hanpyo"}
    given = settings(identity={"providers": [provider]})
    return situation(settings=given, election=election(methods=methods))


def times(**more: int) -> Situation:
    return situation(definition=definition_of(content(times=content()["times"] | more)))


def defined(**more: Any) -> Situation:
    return situation(definition=definition_of(content(**more)))


def ranked(**counting: Any) -> Situation:
    item = {"title": "선출", "options": ["가", "나"], "method": "ranking"}
    return defined(items=[item | ({"counting": counting} if counting else {})])


def without_key(**more: Any) -> Situation:
    given = content(**more)
    del given["trusteeKey"]
    return situation(definition=definition_of(given))


def test_an_election_that_lacks_nothing_has_an_empty_checklist() -> None:
    assert checklist(situation()) == ()
    assert checklist(without_key(secrecy="open")) == ()


FAULTS: list[tuple[str, Callable[[], Situation]]] = [
    ("roll_empty", lambda: situation(classes={})),
    ("roll_class_unknown", lambda: situation(classes={0: 3, 1: 1})),
    ("times_out_of_order", lambda: times(closes=OPENS)),
    ("opens_in_the_past", lambda: times(opens=NOW)),
    ("voting_too_short", lambda: times(closes=OPENS + 120)),
    ("opening_before_finality", lambda: times(opening=OPENS + DAY + 60)),
    ("registrars_unreachable", lambda: situation(settings=alone())),
    ("trustee_key_unused", lambda: defined(secrecy="open")),
    ("no_trustee_key", without_key),
    ("bad_trustee_key", lambda: defined(trusteeKey={"x": "0x1", "y": "0x1"})),
    ("trustee_key_reused", lambda: situation(key_used=True)),
    ("methods_below_level", lambda: situation(election=election(methods="link"))),
    ("methods_below_level", lambda: situation(election=election(identity="L3"))),
    ("method_not_configured", lambda: situation(election=election(methods="link mail sms"))),
    ("method_not_configured", lambda: situation(election=election(methods="oidc:a link mail"))),
    ("method_not_configured", lambda: situation(election=election(methods="signature link mail"))),
    ("method_not_configured", lambda: with_provider("oidc:another link mail")),
    ("bad_counting", ranked),
    ("bad_counting", lambda: ranked(method="irv seats=2")),
    ("bad_counting", lambda: ranked(method="stv seats=3")),
    ("bad_counting", lambda: ranked(method="fair")),
    ("bad_counting", lambda: ranked(budget=3)),
    ("bad_counting", lambda: ranked(method="greedy-skip threshold=0")),
    ("refused", lambda: defined(clerks=[ADDRESSES[0]])),
    ("refused", lambda: defined(registrars={"threshold": 1, "addresses": list(ADDRESSES)})),
]


@pytest.mark.parametrize(("code", "build"), FAULTS)
def test_a_fault_is_found(code: str, build: Callable[[], Situation]) -> None:
    found = checklist(build())
    assert [each.code for each in found if each.fault] == [code]
    assert all(each.korean and each.english for each in found)


def test_members_without_a_wallet_need_registrars() -> None:
    given = content()
    del given["registrars"]
    nobody = situation(definition=definition_of(given))
    assert [each.code for each in checklist(nobody)] == ["no_registrars"]
    assert checklist(replace(nobody, listed=10)) == ()


def test_the_installations_registrars_stand_in() -> None:
    given = content()
    del given["registrars"]
    filled = with_registrars(definition_of(given), settings())
    assert filled.registrars is not None
    assert filled.registrars.threshold == 2
    assert tuple("0x" + each.hex() for each in filled.registrars.addresses) == ADDRESSES
    assert checklist(situation(definition=filled)) == ()


WARNINGS: list[tuple[str, Callable[[], Situation], str | None]] = [
    ("opens_soon", lambda: replace(situation(election=election(law=None)), now=OPENS - 60), None),
    ("key_deadline_short", lambda: times(keyDeadline=OPENS + DAY + 3_600), None),
    ("notice_short", lambda: situation(now=OPENS - 6 * DAY), "협동조합기본법 §28⑤"),
    ("identity_below_proposed", lambda: situation(election=election(law="redevelopment")), None),
    (
        "identity_for_trials",
        lambda: situation(election=election(identity="L0", methods="link")),
        None,
    ),
    (
        "identity_weak",
        lambda: situation(election=election(identity="L1", methods="link birth")),
        None,
    ),
]


@pytest.mark.parametrize(("code", "build", "source"), WARNINGS)
def test_a_warning_keeps_nothing_from_being_published(
    code: str, build: Callable[[], Situation], source: str | None
) -> None:
    (found,) = checklist(build())
    assert (found.code, found.fault, found.source) == (code, False, source)


def test_a_test_election_may_be_open_to_whoever_has_the_link() -> None:
    trial = election(identity="L0", methods="link", test=True)
    assert checklist(situation(election=trial)) == ()


def test_faults_stand_first() -> None:
    found = checklist(situation(now=OPENS - DAY, classes={}))
    assert [each.code for each in found] == ["roll_empty", "notice_short"]


def test_what_is_stored_reads_back() -> None:
    assert definition_of(orjson.loads(orjson.dumps(content()))) == definition_of(content())
