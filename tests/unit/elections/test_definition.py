"""Definition files: what they mean, and what they refuse with which words."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from hanpyo.elections.definition import DefinitionError, definition_of, read_definition
from hanpyo.errors import HanpyoError
from hanpyo.protocol.agenda import Base, Decision, Method, Share, Unit
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.types import Secrecy

YAML = """
title: 정기총회
organisation: 한표협동조합
secrecy: sealed
unit: 구좌
times:
  opens: 2026-12-01T09:00:00+09:00
  closes: "2026-12-01T18:00:00+09:00"
  opening: 1796119200
registrars:
  threshold: 2
  addresses:
    - "0x1111111111111111111111111111111111111111"
    - "0x2222222222222222222222222222222222222222"
clerks: []
trusteeKey: {x: "0x1", y: "0x2"}
groups: [members, board]
classes:
  - {name: members, group: members}
  - {name: board, group: board, barred: [[2, 3], [1, 2]]}
items:
  - title: Bylaws
    options: [Yes it is, "No"]
    rule: {decision: threshold, unit: both, base: all, quorum: "> 1/2", approval: "≥ 2/3"}
    eligible: [members]
  - title: Projects
    method: approval
    options:
      - {title: Well, cost: 60, group: 1}
      - {title: Path, cost: 50, group: 1}
      - {title: Lamp, cost: 40, group: 2}
    maximum: 2
    costCap: 100
    counting: {method: greedy-skip threshold=0, budget: 100}
  - {title: Points, method: cumulative, points: 3, total: 5, options: [a, b]}
"""


def whole() -> dict[str, Any]:
    return {
        "title": "t",
        "secrecy": "open",
        "times": {"opens": 10, "closes": 20, "opening": 30},
        "items": [{"title": "i", "options": ["a", "b"]}],
    }


def test_a_whole_definition_becomes_agenda_classes_times_and_text() -> None:
    definition = read_definition(YAML.encode())
    bylaws, projects, points = definition.agenda()
    assert bylaws.method is Method.CHOOSE_ONE
    assert bylaws.rule.decision is Decision.THRESHOLD
    assert (bylaws.rule.unit, bylaws.rule.base) == (Unit.BOTH, Base.ALL)
    assert bylaws.rule.quorum == Share(1, 2, strict=True)
    assert bylaws.rule.approval == Share(2, 3, strict=False)
    assert bylaws.eligible == frozenset({0})
    assert (projects.maximum, projects.cost_cap) == (2, 100)
    assert (projects.costs, projects.option_groups) == ((60, 50, 40), (1, 1, 2))
    assert (points.points, points.sum_limit, points.maximum) == (3, 5, 2)
    assert definition.class_rows() == (ClassRow(0), ClassRow(1, ((0, 2), (1, 3))))
    assert definition.secrecy_kind is Secrecy.SEALED
    assert definition.trustee_point == (1, 2)
    assert definition.registrar_addresses == (b"\x11" * 20, b"\x22" * 20)
    text = definition.text()
    assert text["items"][1]["options"] == ["Well", "Path", "Lamp"]
    assert text["items"][1]["counting"]["budget"] == 100
    assert "counting" not in text["items"][0]
    assert (text["organisation"], text["unit"]) == ("한표협동조합", "구좌")


def test_times_left_out_follow_the_one_before() -> None:
    times = read_definition(YAML.encode()).times.timetable()
    assert times.opens_at == 1_796_083_200
    assert times.closes_at == times.barrier_at == times.rebind_until == 1_796_115_600
    assert times.opening_at == times.key_deadline == times.certify_at == 1_796_119_200


def test_times_given_are_kept() -> None:
    definition = whole()
    definition["times"] |= {"barrier": 25, "keyDeadline": 40, "certify": 50, "rebindUntil": 15}
    times = read_definition(orjson.dumps(definition)).times.timetable()
    given = (times.barrier_at, times.key_deadline, times.certify_at, times.rebind_until)
    assert given == (25, 40, 50, 15)


def test_json_is_read_too_and_what_is_optional_may_be_missing() -> None:
    definition = read_definition(orjson.dumps(whole()))
    assert definition.class_rows() == (ClassRow(0),)
    assert definition.registrar_addresses == ()
    assert definition.trustee_point is None
    assert definition.agenda()[0].maximum == 1


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("title",), "", "title"),
        (("secrecy",), "secret", "secrecy"),
        (("times", "opens"), 1_800_000_000_000, "milliseconds"),
        (("times", "opens"), "2026-12-01T09:00:00", "offset"),
        (("times", "opens"), "tomorrow", "ISO 8601"),
        (("times", "opens"), 1.5, "whole seconds"),
        (("times", "opens"), True, "whole seconds"),
        (("times", "opens"), -1, "before 1970"),
        (("times", "noon"), 1, "times.noon"),
        (("registrars",), {"threshold": 1, "addresses": ["0x12"]}, "not an address"),
        (("registrars",), {"threshold": 1, "addresses": [12]}, "not an address"),
        (("trusteeKey",), {"x": "12", "y": "0x2"}, "hexadecimal"),
        (("trusteeKey",), {"x": "0x1"}, "trusteeKey.y"),
        (("items",), [], "items"),
        (("items", 0, "method"), "lottery", "method"),
        (("items", 0, "options"), ["a"], "options"),
        (("items", 0, "rule"), {"quorum": "half"}, "share"),
        (("items", 0, "rule"), {"quorum": "> 3/2"}, "share"),
        (("items", 0, "rule"), {"decision": "threshold"}, "approval"),
        (("items", 0, "eligible"), ["nobody"], "no group 'nobody'"),
        (("items", 0, "options"), ["a", {"title": "b", "cost": 5}], "its cost"),
        (("items", 0, "points"), 2, "points"),
        (("classes",), [{"name": "c", "group": "x"}], "no group 'x'"),
        (("classes",), [{"name": "c", "barred": [[0, 1]]}], "numbered from 1"),
        (("extra",), 1, "extra"),
    ],
)
def test_what_is_wrong_is_named(place: tuple[str | int, ...], value: object, said: str) -> None:
    definition: Any = deepcopy(whole())
    inside = definition
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    with pytest.raises(HanpyoError, match=said):  # noqa: PT012  either step may refuse
        read = read_definition(orjson.dumps(definition))
        read.agenda()
        read.class_rows()


@pytest.mark.parametrize("data", [b"", b"- a", b"a: [", b"\xff\xfe", b"text"])
def test_what_is_no_definition_is_refused(data: bytes) -> None:
    with pytest.raises(DefinitionError):
        read_definition(data)


def test_descriptions_documents_and_names_of_groups_are_published() -> None:
    more = {
        "description": "두 가지 안",
        "documents": [{"title": "결산서", "url": "https://docs.example/1.pdf"}],
        "optionGroups": ["전국", "지역"],
    }
    content = whole()
    content["items"][0] |= more
    text = definition_of(content).text()
    assert text["items"] == [{"title": "i", "options": ["a", "b"]} | more]


@pytest.mark.parametrize(
    "url", ["http://docs.example/", "javascript:alert(1)", "https:///x", "https://a b/", "data:,x"]
)
def test_a_document_lies_behind_https(url: str) -> None:
    content = whole()
    content["items"][0]["documents"] = [{"title": "결산서", "url": url}]
    with pytest.raises(DefinitionError, match="documents"):
        definition_of(content)
