"""Elections over HTTP: who may do what when, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hanpyo.chain.contracts import ElectionContract
from hanpyo.db.models import Election, ElectionState, Member, Role
from hanpyo.elections import drafts
from hanpyo.elections.drafts import TEST_PREFIX, CannotCancel
from hanpyo.elections.published import published_text
from hanpyo.identity.staff import audit_log
from hanpyo.protocol.phases import Phase
from hanpyo.secrecy.trustee import TrusteeKey
from hanpyo.web.app import create_app
from tests.service.databases import KINDS
from tests.service.life import Life
from tests.service.scene import Scene, scene
from tests.service.staff import StaffClient, new_organisation, staff_browser

UNKNOWN = "0" * 32
STAFF_GETS = ("overview", "draft", "checklist")


@pytest.fixture(scope="module", params=KINDS)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    with scene(request.param, tmp_path_factory.mktemp("elections")) as running:
        running.see_head()
        yield running


@pytest.fixture(scope="module")
def app(stage: Scene) -> APIFlask:
    return create_app(stage.runtime)


@pytest.fixture
def life(stage: Scene) -> Life:
    return Life(stage)


@pytest.fixture
def organiser(app: APIFlask, life: Life) -> StaffClient:
    return staff_browser(app, life.scene.runtime, life.organisation_id, Role.ORGANISER)


def drafted(organiser: StaffClient, life: Life, **more: Any) -> str:
    body: dict[str, Any] = {
        "definition": life.content(),
        "identity": "L0",
        "methods": ["link"],
        "test": True,
    }
    answer = organiser.post(f"/v1/organisations/{life.organisation_id}/elections", json=body | more)
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["id"])


def fill_roll(life: Life, election_id: str, members: int = 3) -> None:
    def work(session: Session) -> None:
        for line in range(members):
            session.add(Member(election_id=election_id, line=line + 2, weight_numerator=1))

    life.scene.runtime.database.transact(work)


def actions(life: Life) -> list[str]:
    with life.scene.runtime.database.read() as session:
        entries = audit_log.read(session, life.organisation_id)
    audit_log.verify(entries)
    return [each.action for each in entries]


def test_from_draft_to_the_key_over_http(app: APIFlask, life: Life, organiser: StaffClient) -> None:
    election_id = drafted(organiser, life)
    place = f"/v1/elections/{election_id}"
    refused = organiser.post(f"{place}/publish")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_ready")
    assert refused.get_json()["findings"][0]["code"] == "roll_empty"
    assert "명부" in refused.get_json()["findings"][0]["korean"]
    fill_roll(life, election_id)
    assert organiser.get(f"{place}/checklist").get_json()["ready"] is True
    assert organiser.post(f"{place}/publish").get_json()["state"] == "publishing"
    assert organiser.post(f"{place}/publish").get_json()["code"] == "not_a_draft"
    life.run(life.publisher())
    life.scene.see_head()
    election = life.scene.catalogue.get(election_id)
    seen = organiser.get(f"{place}/overview").get_json()
    assert seen["election"]["state"] == "published"
    assert (seen["members"], seen["fault"], seen["keyHandedIn"]) == (3, None, False)
    assert seen["address"] == "0x" + election.domain.election.hex()
    assert seen["manifestHash"] == "0x" + life.contract(election).manifest_hash.hex()
    anyone = app.test_client()
    secret = {"secret": f"{life.trustee.secret:#066x}"}
    early = anyone.post(f"{place}/key", json=secret)
    assert (early.status_code, early.get_json()["code"]) == (409, "key_too_early")
    life.advance_to(election.manifest.timetable.opening_at)
    wrong = {"secret": f"{TrusteeKey.generate().secret:#066x}"}
    assert anyone.post(f"{place}/key", json=wrong).status_code == 422
    assert anyone.post(f"{place}/key", json={"secret": "0x" + "ff" * 32}).status_code == 422
    assert anyone.post(f"{place}/key", json=secret).status_code == 202
    assert anyone.post(f"{place}/key", json=secret).status_code == 202
    assert organiser.get(f"{place}/overview").get_json()["keyHandedIn"] is True
    life.run(life.closer())
    assert life.contract(election).secret() == life.trustee.secret
    assert actions(life) == [
        "election.drafted",
        "election.publishing_requested",
        "election.published",
        "election.key_handed_in",
    ]


def test_a_test_election_says_so_everywhere(life: Life, organiser: StaffClient) -> None:
    trial = drafted(organiser, life)
    fill_roll(life, trial)
    assert organiser.post(f"/v1/elections/{trial}/publish").status_code == 202
    life.run(life.publisher())
    seen = organiser.get(f"/v1/elections/{trial}/overview").get_json()["election"]
    assert (seen["test"], seen["title"]) == (True, TEST_PREFIX + "정기총회")
    text = published_text(life.contract(life.scene.catalogue.get(trial)))
    assert (text["test"], text["title"]) == (True, TEST_PREFIX + "정기총회")
    real = drafted(organiser, life, test=False)
    assert organiser.get(f"/v1/elections/{real}/overview").get_json()["election"]["test"] is False
    change = organiser.patch(f"/v1/elections/{real}/draft", json={"test": True})
    assert change.status_code == 422
    disguised = life.content(title=f"{TEST_PREFIX}총회")
    change = organiser.patch(f"/v1/elections/{real}/draft", json={"definition": disguised})
    assert (change.status_code, change.get_json()["code"]) == (422, "bad_definition")


def test_a_draft_is_changed_in_parts(life: Life, organiser: StaffClient) -> None:
    election_id = drafted(organiser, life)
    place = f"/v1/elections/{election_id}/draft"
    changed = organiser.patch(place, json={"identity": "L2", "methods": ["link", "mail"]})
    assert (changed.get_json()["identity"], changed.get_json()["methods"]) == (
        "L2",
        ["link", "mail"],
    )
    changed = organiser.patch(place, json={"law": "redevelopment"})
    assert (changed.get_json()["identity"], changed.get_json()["law"]) == ("L2", "redevelopment")
    codes = {
        each["code"]
        for each in organiser.get(f"/v1/elections/{election_id}/checklist").get_json()["findings"]
    }
    assert {"identity_below_proposed", "notice_short", "method_not_configured"} <= codes
    assert organiser.patch(place, json={"law": "none"}).get_json()["law"] is None
    changed = organiser.patch(place, json={"definition": life.content(title="임시총회")})
    assert changed.get_json()["definition"]["title"] == "임시총회"
    shown = organiser.get(f"/v1/elections/{election_id}/overview").get_json()["election"]
    assert shown["title"] == TEST_PREFIX + "임시총회"


BAD_DRAFTS: list[dict[str, Any]] = [
    {"definition": {}},
    {"definition": {"title": "t", "times": {}, "items": []}},
    {"definition": None},
    {"definition": []},
    {"identity": "L5"},
    {"identity": 2},
    {"methods": ["telepathy"]},
    {"methods": ["link", "link"]},
    {"methods": "link"},
    {"law": "martial"},
    {"test": "yes"},
    {"surprise": 1},
]


def test_a_bad_draft_is_refused(life: Life, organiser: StaffClient) -> None:
    place = f"/v1/organisations/{life.organisation_id}/elections"
    for change in BAD_DRAFTS:
        answer = organiser.post(place, json={"definition": life.content()} | change)
        assert answer.status_code == 422, change
    assert organiser.get(place).get_json()["elections"] == []


def test_titles_that_could_deceive_are_refused(life: Life, organiser: StaffClient) -> None:
    place = f"/v1/organisations/{life.organisation_id}/elections"
    for title in ("a\x7fb", "a\u202eb", "a\u200bb", "", "x" * 1_001):
        for content in (
            life.content(title=title),
            life.content(items=[{"title": title, "options": ["a", "b"]}]),
            life.content(items=[{"title": "t", "options": ["a", title]}]),
        ):
            answer = organiser.post(place, json={"definition": content})
            assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_definition")


def test_what_is_published_cannot_change(life: Life, organiser: StaffClient) -> None:
    election_id = drafted(organiser, life)
    fill_roll(life, election_id)
    organiser.post(f"/v1/elections/{election_id}/publish")
    change = {"definition": life.content(title="다른 총회")}
    for _ in range(2):
        answer = organiser.patch(f"/v1/elections/{election_id}/draft", json=change)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "not_a_draft")
        life.run(life.publisher())
    assert organiser.get(f"/v1/elections/{election_id}/checklist").status_code == 409


def test_a_key_of_another_election_is_refused(life: Life, organiser: StaffClient) -> None:
    first, second = drafted(organiser, life), drafted(organiser, life)
    for election_id in (first, second):
        fill_roll(life, election_id)
    organiser.post(f"/v1/elections/{first}/publish")
    life.run(life.publisher())
    answer = organiser.post(f"/v1/elections/{second}/publish")
    assert [each["code"] for each in answer.get_json()["findings"]] == ["trustee_key_reused"]


def test_calling_off_before_and_after_publishing(life: Life, organiser: StaffClient) -> None:
    draft = drafted(organiser, life)
    assert organiser.post(f"/v1/elections/{draft}/cancel").get_json()["state"] == "cancelled"
    assert organiser.post(f"/v1/elections/{draft}/publish").status_code == 409
    for wait in (False, True):
        election_id = drafted(organiser, life, definition=life.content(secrecy="open"))
        fill_roll(life, election_id)
        organiser.post(f"/v1/elections/{election_id}/publish")
        if wait:
            life.run(life.publisher())
        assert organiser.post(f"/v1/elections/{election_id}/cancel").status_code == 202
        life.run(life.publisher())
        assert life.row(election_id).state == ElectionState.CANCELLED
        assert (life.row(election_id).address is not None) is wait
    election_id = drafted(organiser, life)
    fill_roll(life, election_id)
    organiser.post(f"/v1/elections/{election_id}/publish")
    publisher, held = life.publisher(), life.held("publishing")
    publisher.step(held)
    publisher.step(held)
    organiser.post(f"/v1/elections/{election_id}/cancel")
    life.run(publisher)
    row = life.row(election_id)
    assert row.state == ElectionState.CANCELLED
    assert row.address is not None
    assert ElectionContract(life.scene.node.rpc, row.address).phase() is Phase.CANCELLED


def test_an_election_that_has_begun_cannot_be_called_off(
    life: Life, organiser: StaffClient
) -> None:
    election_id = drafted(organiser, life)
    fill_roll(life, election_id)
    organiser.post(f"/v1/elections/{election_id}/publish")
    life.run(life.publisher())
    life.advance_to(life.row(election_id).opens_at or 0)
    opens_at = life.row(election_id).opens_at or 0
    with pytest.raises(CannotCancel):
        life.scene.runtime.database.transact(
            lambda session: drafts.cancel(session, election_id, opens_at)
        )
    # This chain's time is ahead of the wall clock: the chain has the last word.
    assert organiser.post(f"/v1/elections/{election_id}/cancel").status_code == 202
    life.run(life.publisher())
    assert life.row(election_id).state == ElectionState.PUBLISHED
    assert life.row(election_id).cancelling is False
    assert actions(life)[-1] == "election.cancelled_too_late"


def test_publishing_too_late_fails_with_the_reason(life: Life, organiser: StaffClient) -> None:
    election_id = drafted(organiser, life)
    fill_roll(life, election_id)
    organiser.post(f"/v1/elections/{election_id}/publish")
    publisher, held = life.publisher(), life.held("publishing")
    publisher.step(held)
    life.advance_to(life.row(election_id).opens_at or 0)
    life.run(publisher)
    seen = organiser.get(f"/v1/elections/{election_id}/overview").get_json()
    assert seen["election"]["state"] == "failed"
    assert "before the election could be frozen" in seen["fault"]
    assert actions(life)[-1] == "election.publishing_failed"


def test_others_of_the_organisation_read_and_change_nothing(
    app: APIFlask, life: Life, organiser: StaffClient
) -> None:
    election_id = drafted(organiser, life)
    place, body = f"/v1/elections/{election_id}", {"definition": life.content()}
    listing = f"/v1/organisations/{life.organisation_id}/elections"
    for role in (Role.CLERK, Role.REGISTRAR, Role.OBSERVER):
        other = staff_browser(app, life.scene.runtime, life.organisation_id, role)
        for what in STAFF_GETS:
            assert other.get(f"{place}/{what}").status_code == 200
        assert other.patch(f"{place}/draft", json={}).status_code == 403
        for what in ("publish", "cancel"):
            assert other.post(f"{place}/{what}").status_code == 403
        shown = other.get(listing).get_json()["elections"]
        assert [each["id"] for each in shown] == [election_id]
        assert other.post(listing, json=body).status_code == 403


def test_another_organisations_elections_do_not_exist(
    app: APIFlask, life: Life, organiser: StaffClient
) -> None:
    election_id = drafted(organiser, life)
    elsewhere = new_organisation(life.scene.runtime)
    stranger = staff_browser(app, life.scene.runtime, elsewhere, Role.ORGANISER)
    for id_ in (election_id, UNKNOWN):
        place = f"/v1/elections/{id_}"
        answers = [stranger.get(f"{place}/{what}") for what in STAFF_GETS]
        answers += [stranger.post(f"{place}/{what}") for what in ("publish", "cancel")]
        answers.append(stranger.patch(f"{place}/draft", json={}))
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.get_json()["detail"] for answer in answers}) == 1
    place = f"/v1/organisations/{life.organisation_id}/elections"
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, json={"definition": life.content()}).status_code == 404
    assert life.row(election_id).state == ElectionState.DRAFT


def test_nobody_gets_in_without_a_session_or_its_token(
    app: APIFlask, life: Life, organiser: StaffClient
) -> None:
    election_id = drafted(organiser, life)
    anyone: FlaskClient = app.test_client()
    for what in STAFF_GETS:
        assert anyone.get(f"/v1/elections/{election_id}/{what}").status_code == 401
    for what in ("publish", "cancel"):
        place = f"/v1/elections/{election_id}/{what}"
        assert anyone.post(place).status_code == 401
        forged = organiser.post(place, headers={"X-CSRF-Token": "no"})
        assert forged.status_code == 403
    assert life.row(election_id).state == ElectionState.DRAFT


def test_a_list_is_paged(life: Life, organiser: StaffClient) -> None:
    made = {drafted(organiser, life) for _ in range(5)}
    place, found = f"/v1/organisations/{life.organisation_id}/elections?limit=2", []
    answer = organiser.get(place).get_json()
    while True:
        found += [each["id"] for each in answer["elections"]]
        if answer["next"] is None:
            break
        answer = organiser.get(f"{place}&after={answer['next']}").get_json()
    assert len(found) == 5
    assert set(found) == made


def test_the_key_door_is_shut_for_what_is_no_sealed_election(
    app: APIFlask, life: Life, organiser: StaffClient
) -> None:
    anyone = app.test_client()
    draft = drafted(organiser, life)
    for id_ in (draft, UNKNOWN, "x"):
        answer = anyone.post(f"/v1/elections/{id_}/key", json={"secret": "0x" + "01" * 32})
        assert answer.status_code == 404
    for secret in ("", "0x1", "1" * 66, "0x" + "0g" * 32, 5, None):
        answer = anyone.post(f"/v1/elections/{draft}/key", json={"secret": secret})
        assert answer.status_code == 422


def test_templates_come_with_source_and_date(app: APIFlask) -> None:
    found = app.test_client().get("/v1/election-templates").get_json()["templates"]
    assert [each["id"] for each in found] == ["C1", "C2"]
    for each in found:
        assert each["source"].startswith("협동조합기본법")
        assert each["consulted"] == "2026-11"
        assert "법률 자문이 아닙니다" in each["advice"]
        assert each["item"]["rule"]["quorum"] == "> 1/2"


def test_a_failed_election_may_be_called_off(life: Life, organiser: StaffClient) -> None:
    election_id = drafted(organiser, life)

    def fail(session: Session) -> None:
        session.get_one(Election, election_id).state = ElectionState.FAILED

    life.scene.runtime.database.transact(fail)
    assert organiser.post(f"/v1/elections/{election_id}/cancel").status_code == 202
    life.run(life.publisher())
    assert life.row(election_id).state == ElectionState.CANCELLED
