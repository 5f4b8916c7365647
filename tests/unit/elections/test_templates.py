"""Templates are definitions, with their source and date."""

import pytest

from hanpyo.elections.definition import definition_of
from hanpyo.elections.templates import NOTICES, TEMPLATES, Law, Template, UnknownTemplate, template
from hanpyo.protocol.agenda import Base, Decision, Share, Unit

TIMES = {"opens": 10, "closes": 20, "opening": 30}
QUORUM = Share(1, 2, strict=True)


@pytest.mark.parametrize(
    ("name", "approval"), [("C1", Share(1, 2, strict=True)), ("C2", Share(2, 3, strict=False))]
)
def test_a_template_decides_as_the_table_of_rules_says(name: str, approval: Share) -> None:
    rule = definition_of(template(name).definition("정기총회", TIMES)).agenda()[0].rule
    assert (rule.decision, rule.unit, rule.base) == (Decision.THRESHOLD, Unit.HEADS, Base.PRESENT)
    assert (rule.quorum, rule.presence, rule.approval) == (QUORUM, None, approval)


@pytest.mark.parametrize("each", TEMPLATES, ids=lambda each: each.id)
def test_every_template_names_its_source_and_when_it_was_read(each: Template) -> None:
    assert "협동조합기본법" in each.source
    assert each.consulted == "2026-11"


def test_there_is_no_other_template() -> None:
    with pytest.raises(UnknownTemplate, match="C1, C2"):
        template("D1")


def test_every_law_says_how_long_notice_takes() -> None:
    assert set(NOTICES) == set(Law)
    assert all(notice.days == 7 and "§" in notice.source for notice in NOTICES.values())
