"""The page about counting says what the code does."""

import re
from pathlib import Path

import pytest

from hanpyo.counting.cooperative import ORDINARY_RESOLUTION, SPECIAL_RESOLUTION, Template
from hanpyo.counting.equal_shares import Completion
from hanpyo.counting.rank_rule import RankMethod, RankRule
from hanpyo.counting.selection import BudgetMethod, BudgetRule

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "counting.md").read_text("utf-8")
TEXTS = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)


def test_every_rule_text_on_the_page_is_one_that_is_read() -> None:
    rankings = [text for text in TEXTS if text.split(" ")[0] in set(RankMethod)]
    budgets = [text for text in TEXTS if text not in rankings]
    assert {RankRule.parse(text).method for text in rankings} == set(RankMethod)
    assert {BudgetRule.parse(text).method for text in budgets} == set(BudgetMethod)


@pytest.mark.parametrize("completion", Completion)
def test_every_completion_is_explained(completion: Completion) -> None:
    assert f"\n- `{completion}`:" in PAGE


@pytest.mark.parametrize("template", [ORDINARY_RESOLUTION, SPECIAL_RESOLUTION])
def test_every_template_is_listed_with_its_thresholds(template: Template) -> None:
    row = f"| {template.name} | " + " | ".join(
        f"{requirement.threshold} of {requirement.base}"
        for requirement in template.rule.requirements
    )
    assert row + " |" in PAGE
    assert template.consulted in PAGE
