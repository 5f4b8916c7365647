"""What people read: both languages, every check, findings named, figures beside their base."""

from dataclasses import replace

from hanpyo.audit import CHECKS, Check, Finding, ItemResult, Report, Status
from hanpyo.audit.decision import OUTCOMES as OUTCOME_NAMES
from hanpyo.audit.rendering import OUTCOMES, TITLES, check_lines, item_lines, lines, title
from hanpyo.audit.report import Requirement, judge

ITEM = ItemResult(
    number=0,
    title="예산안",
    options=("찬성", "반대"),
    outcome="passed",
    present=(3, 7),
    eligible=(5, 9),
    heads=(1, 2, 0, 0),
    weights=(1, 6, 0, 0),
    requirements=(
        Requirement("option 1", "those present", "heads", 2, 3, "more than 1/2", met=True),
        Requirement("present", "all eligible", "weight", 7, 9, "at least 9/10", met=False),
    ),
    counting=("irv seats=1: 1 elected, 0 ties",),
    selected=(1,),
)


def report(*checks: Check) -> Report:
    return Report(bytes(20), 5, 7, b"\1" * 32, "the file x", "certified", checks, (ITEM,))


def test_every_check_and_outcome_has_a_title() -> None:
    assert set(TITLES) == set(CHECKS)
    assert set(OUTCOMES) == set(OUTCOME_NAMES)
    assert title("tally") == "집계 / tally"
    assert title("unheard") == "unheard / unheard"


def test_a_report_that_passes() -> None:
    text = "\n".join(lines(report(Check("tally", Status.PASS, "3 ballots counted"))))
    assert "PASS      tally: 집계 / tally" in text
    assert "이상 없음 / nothing is wrong" in text
    assert "가결 / passed" in text
    assert "option 1 2 of 3 (those present, heads): more than 1/2 met" in text
    assert "present 7 of 9 (all eligible, weight): at least 9/10 not met" in text
    assert "present 3/5 (7/9)" in text
    assert "찬성: 2 (6) *" in text
    assert "반대: 0\n" in text


def test_the_voting_code_is_told() -> None:
    shown = replace(report(), voting_code=(("voter.js", "sha384-abc"),))
    assert "투표 프로그램 / Voting code: voter.js sha384-abc" in list(lines(shown))
    assert shown.as_json()["votingCode"] == {"voter.js": "sha384-abc"}


def test_a_report_that_fails_names_the_checks() -> None:
    findings = [Finding("differs", voter=4, batch=2, transaction=b"\2" * 32), Finding("more")]
    shown = report(judge("calldata", findings, "fine"))
    text = "\n".join(lines(shown))
    assert not shown.ok
    assert "FAILED: calldata" in text
    assert f"- voter 4, batch 2, transaction 0x{'02' * 32}: differs" in text
    assert "- more" in text


def test_long_lists_of_findings_are_cut() -> None:
    check = judge("record", [Finding("differs", voter=n) for n in range(25)], "fine")
    shown = list(check_lines(check))
    assert shown[-1].endswith("… 5 more")
    assert len(check.as_json()["findings"]) == 25  # type: ignore[arg-type]


def test_weights_equal_to_heads_are_not_repeated() -> None:
    plain = ItemResult(0, "x", ("a", "b"), "counted", (3, 3), (5, 5), (0, 3, 0, 0), (0, 3, 0, 0))
    text = "\n".join(item_lines(plain))
    assert "present 3/5," in text
    assert "a: 3\n" in text


def test_one_finding_is_the_reason() -> None:
    check = judge("roll", [Finding("a gap")], "fine")
    assert (check.status, check.reason) == (Status.FAIL, "a gap")
    assert list(check_lines(check))[1].strip() == "a gap"


def test_notes_do_not_fail() -> None:
    check = judge("chain", [], "fine", notes=[Finding("embedded")])
    assert (check.status, check.reason) == (Status.NOTE, "fine; embedded")


def test_a_check_is_found_by_its_name() -> None:
    check = Check("roll", Status.PASS, "fine")
    assert report(check).check("roll") is check


def test_the_json_has_only_what_applies() -> None:
    assert Finding("text").as_json() == {"text": "text"}
    full = Finding("text", 1, 2, b"\3").as_json()
    assert full == {"text": "text", "voter": 1, "batch": 2, "transaction": "0x03"}
    assert ITEM.as_json()["selected"] == [1]
