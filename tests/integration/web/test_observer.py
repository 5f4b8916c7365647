"""The public's pages over HTTP: what they say, to whom, and what hostile texts become."""

import re
from contextlib import ExitStack
from html import unescape

import pytest
from flask.testing import FlaskClient

from hanpyo.audit import BundleSource, audit
from hanpyo.db.models import Election, Installation, LogEntry, Progress
from hanpyo.indexer.alarms import BELOW_FINAL, raise_alarm, release_alarms
from hanpyo.indexer.evidence import BeingMade, EvidenceFiles, Wanted
from hanpyo.indexer.queries import Extent
from hanpyo.indexer.situation import Situation
from hanpyo.protocol.types import Secrecy
from hanpyo.web.app import create_app
from hanpyo.web.pages.observer import log
from hanpyo.web.public import Reader
from tests.integration.indexer.following import Following
from tests.integration.web.observing import EVIL, MARKDOWN, Observed, foreign_markup, observed
from tests.service.scene import NO, YES, Scene


@pytest.fixture(scope="module")
def seen(place: Scene) -> Observed:
    return observed(place)


@pytest.fixture
def client(seen: Observed) -> FlaskClient:
    return seen.client


@pytest.fixture
def situation(seen: Observed) -> Situation:
    with seen.place.runtime.database.read() as session:
        return Reader(seen.place.runtime).situation(session, seen.id)


def pages(seen: Observed) -> list[str]:
    """Every page on which something of the election stands."""
    address, (first, *_) = seen.following.election.address, seen.transactions()
    return [
        "/elections",
        f"/elections/{seen.id}",
        f"/elections/{seen.id}/live",
        f"/elections/{seen.id}/log",
        f"/chain/tx/{first}",
        f"/chain/address/{address}",
    ]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_hostile_texts_stay_texts_on_every_page(
    seen: Observed, client: FlaskClient, lang: str
) -> None:
    for path in pages(seen):
        answer = client.get(path, query_string={"lang": lang})
        assert answer.status_code == 200, path
        assert foreign_markup(answer.text) == [], path
        assert EVIL in unescape(answer.text) or EVIL.replace('"', '\\"') in unescape(answer.text)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'"), path


def test_a_page_says_all_there_is_to_know(seen: Observed, client: FlaskClient) -> None:
    text = unescape(client.get(f"/elections/{seen.id}").text)
    election = seen.following.election
    for shown in (
        "62.5%",
        "선거인 8명 가운데 5명이 투표했습니다",
        "아직 확정되지 않은 수입니다",
        "이 체인은 이 서비스의 운영자가 돌립니다",
        MARKDOWN,
        f"/audit?election={election.address}&from=",
        f"/v1/elections/{seen.id}/evidence",
        f"/v1/elections/{seen.id}/tally?format=jsonld",
        f"/chain/address/{election.address}",
        "0x" + election.domain.manifest_hash.hex(),
    ):
        assert shown in text, shown


def test_the_part_that_moves_is_the_pages_own_and_kept_by_its_tag(
    seen: Observed, client: FlaskClient
) -> None:
    page = client.get(f"/elections/{seen.id}").text
    part = client.get(f"/elections/{seen.id}/live")
    assert part.text in page
    tag = re.findall(r'data-tag="([0-9a-f]+)"', page)
    assert part.headers["ETag"] == f'"{tag[0]}"'
    again = client.get(f"/elections/{seen.id}/live", headers={"If-None-Match": f'"{tag[0]}"'})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("rest", ["", "/live", "/log"])
@pytest.mark.parametrize("election", ["f" * 32, "x", "%00", "..%2f..%2fetc", "'--"])
def test_what_is_not_there_has_a_page_of_its_own(
    client: FlaskClient, election: str, rest: str
) -> None:
    answer = client.get(f"/elections/{election}{rest}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("after", ["x", "", "W10", "WzEsMl0x", "0" * 500, '"><script>'])
@pytest.mark.parametrize("path", ["/elections", "/elections/{}/log"])
def test_a_page_that_no_list_has_is_not_found(
    seen: Observed, client: FlaskClient, path: str, after: str
) -> None:
    answer = client.get(path.format(seen.id), query_string={"after": after})
    assert answer.status_code == 404


def test_the_log_comes_in_pages_and_holds_every_event(seen: Observed, client: FlaskClient) -> None:
    text = client.get(f"/elections/{seen.id}/log").text
    events = client.get(f"/v1/elections/{seen.id}/events?limit=200").get_json()["events"]
    assert text.count('class="log-what"') == len(events)
    for transaction in seen.transactions():
        assert f'href="/chain/tx/{transaction}"' in text


@pytest.mark.parametrize("order", ["", "oldest"])
def test_pages_of_the_log_hold_each_event_once_while_others_come(
    seen: Observed, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(log, "_A_PAGE", 3)
    events = client.get(f"/v1/elections/{seen.id}/events?limit=200").get_json()["events"]
    known = [(str(each["block"]), str(each["logIndex"])) for each in events]
    late = LogEntry(
        election_id=seen.id,
        block_number=10**9,
        log_index=7,
        block_hash=bytes(32),
        transaction_hash=bytes(32),
        timestamp=0,
        kind="TextPublished",
        payload="{}",
    )
    shown: list[list[tuple[str, str]]] = []
    query = f"?order={order}"
    while query:
        text = client.get(f"/elections/{seen.id}/log{query}").text
        shown.append(re.findall(r"블록 (\d+)의 (\d+)번", text))
        more = re.search(r'href="(\?[^"]*after=[^"]+)">더 보기', text)
        query = unescape(more[1]) if more else ""
        if len(shown) == 1:
            with seen.place.runtime.database.write() as session:
                session.add(late)
    with seen.place.runtime.database.write() as session:
        session.delete(session.merge(late))
    assert {len(page) for page in shown[:-1]} == {3}
    listed = [place for page in shown for place in page]
    assert listed == ([*known, ("1000000000", "7")] if order else known[::-1])


def test_an_election_that_is_not_read_yet_says_so_and_keeps_nobody_out(
    seen: Observed, client: FlaskClient
) -> None:
    fresh = seen.place.publish(2)
    answer = client.get(f"/elections/{fresh.id}")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "방금 게시한 투표입니다" in answer.text
    for path in ("/", "/check", "/elections"):
        assert client.get(path).status_code == 200, path
    with seen.place.runtime.database.write() as session:
        session.get_one(Election, fresh.id).created_block = None


@pytest.fixture
def evidence(seen: Observed) -> str:
    return f"/v1/elections/{seen.id}/evidence"


def test_the_evidence_passes_the_audit_and_is_kept_by_its_tag(
    seen: Observed, client: FlaskClient, evidence: str
) -> None:
    folder = seen.place.runtime.settings.data
    with client.get(evidence) as answer:
        assert answer.mimetype == "application/gzip"
        tag = answer.headers["ETag"]
        (folder / "taken.json.gz").write_bytes(answer.data)
    report = audit(BundleSource(folder / "taken.json.gz"), seen.following.election.domain.election)
    assert report.ok
    with client.get(evidence, headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_the_evidence_is_made_anew_for_a_new_record_once_a_while(
    seen: Observed, client: FlaskClient, situation: Situation
) -> None:
    made: list[int] = []
    folder = seen.place.runtime.settings.data / "kept"
    files = EvidenceFiles(folder, clock=lambda: 10**10)

    def take(newest: tuple[int, int]) -> str:
        wanted = Wanted(situation, 0, Extent(5, newest, bytes(32)))
        return files.file(wanted, seen.place.node.rpc, lambda: made.append(1)).name

    first = take((1, 0))
    assert take((1, 0)) == first
    second = take((2, 0))
    assert second != first
    third = take((10, 0))
    assert len(made) == 3
    assert {each.name for each in folder.glob("*.gz")} == {second, third}
    young = EvidenceFiles(folder, clock=lambda: 0)
    wanted = Wanted(situation, 0, Extent(5, (11, 0), bytes(32)))
    assert young.file(wanted, seen.place.node.rpc, lambda: made.append(1)).name == third
    assert len(made) == 3


def test_one_evidence_is_made_at_a_time(seen: Observed, situation: Situation) -> None:
    files = EvidenceFiles(seen.place.runtime.settings.data / "busy", clock=lambda: 10**10)
    rpc = seen.place.node.rpc
    first, second = (Wanted(situation, 0, Extent(5, (n, 0), bytes(32))) for n in (1, 2))
    with ExitStack() as others:

        def somebody_begins() -> None:
            assert others.enter_context(files._turn())

        files._folder.mkdir()
        with pytest.raises(BeingMade):
            files.file(first, rpc, somebody_begins)
    made = files.file(first, rpc, lambda: None)
    with ExitStack() as others:
        assert files.file(second, rpc, somebody_begins) == made


def test_a_result_is_shown_with_its_reasons(seen: Observed, client: FlaskClient) -> None:
    following, place = seen.following, seen.place
    times = following.election.manifest.timetable
    following.cast(NO, [5])
    place.controls.advance_to(times.certify_at)
    place.organiser.transact(following.contract.certify())
    following.follow()
    text = unescape(client.get(f"/elections/{seen.id}").text)
    for shown in ("결과가 확정되었습니다", "집계됨", "83.3%", f"셈법({EVIL})"):
        assert shown in text, shown
    assert "data-ended" in text


def shown_of(place: Scene, following: Following) -> str:
    following.follow()
    client = create_app(place.runtime).test_client()
    answer = client.get(f"/elections/{following.election.id}")
    assert answer.status_code == 200
    return unescape(answer.text)


def test_a_sealed_election_shows_no_choice_before_it_is_opened(place: Scene) -> None:
    sealed = place.publish(10, Secrecy.SEALED, weights=range(1, 11), open_now=False)
    following, times = Following(place, sealed), sealed.manifest.timetable
    before = shown_of(place, following)
    assert "투표가 시작되면 여기에 참여가 그려집니다" in before
    place.controls.advance_to(times.opens_at)
    following.cast(YES, range(3))
    for phase, said in (
        (times.opens_at, "지금 투표하고 있습니다"),
        (times.closes_at, "투표가 끝났습니다"),
        (times.opening_at, "표를 열어 세고 있습니다"),
        (times.key_deadline + 1, "결과를 정할 수 없습니다"),
    ):
        if place.controls.now() < phase:
            place.controls.advance_to(phase)
        text = shown_of(place, following)
        assert said in text
        assert "30.0%" in text
        assert "의결권으로는 55 가운데 6 (10.9%)" in text
        assert 'class="bar"' not in text
    assert "정할 수 없음" in text
    assert "가결되려면" not in text


def test_a_cancelled_election_says_so_and_counts_nothing(place: Scene) -> None:
    following = Following(place, place.publish(3, Secrecy.OPEN, open_now=False))
    place.organiser.transact(following.contract.cancel())
    text = shown_of(place, following)
    assert "시작하기 전에 취소한 투표입니다" in text
    assert 'class="bar"' not in text
    assert "아직 확정되지 않은 수입니다" not in text


def test_a_halted_index_and_a_lost_secrecy_are_said(seen: Observed, place: Scene) -> None:
    database = place.runtime.database
    with database.write() as session:
        raise_alarm(session, BELOW_FINAL, number=1, known=bytes(32), found=None, now=1)
    text = unescape(seen.client.get(f"/elections/{seen.id}").text)
    with database.write() as session:
        for each in release_alarms(session, 2):
            each.settled_at = 2
        session.get_one(Progress, seen.id).secrecy_lost = True
    assert "운영자가 살펴보고 있습니다" in text
    assert 'class="bar"' not in text
    after = unescape(seen.client.get(f"/elections/{seen.id}").text)
    with database.write() as session:
        session.get_one(Progress, seen.id).secrecy_lost = False
    assert "표의 비밀은 지켜지지 않았습니다" in after


def test_links_lead_to_the_networks_own_explorer_where_there_is_one(seen: Observed) -> None:
    def belongs(embedded: bool, chain_id: int) -> int:
        with seen.place.runtime.database.write() as session:
            row = session.get_one(Installation, 1)
            before, row.embedded, row.chain_id = row.chain_id, embedded, chain_id
            return before

    own = belongs(False, 1_001)
    text = create_app(seen.place.runtime).test_client().get(f"/elections/{seen.id}/log").text
    belongs(True, own)
    for transaction in seen.transactions():
        assert f'href="https://kairos.kaiascan.io/tx/{transaction}"' in text
    assert "/chain/tx/" not in text
