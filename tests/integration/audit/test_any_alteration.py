"""Whatever byte of an evidence file is altered: never another result, never a crash."""

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanpyo.audit import Evidence, examine
from hanpyo.audit.bundle import decode_bundle, encode_bundle
from hanpyo.errors import HanpyoError
from tests.integration.audit import second
from tests.integration.audit.tampering import DATA, TOPICS, TRANSACTION, Content, flip

pytestmark = pytest.mark.xdist_group("audit")
EXAMPLES = 300 if settings().max_examples > 1_000 else 12
"""Each is audited twice, by Python and by the browser's auditor."""


def alter(content: Content, part: str, random: Random) -> None:
    """Turn one bit of one byte of a part, or drop, repeat or exchange some of its entries."""
    entries = content[part]
    if isinstance(entries, dict):
        key = random.choice(sorted(entries))
        if random.random() < 0.2:
            del entries[key]
        else:
            entries[key] = flip(entries[key], random.randrange(len(entries[key]) // 2 - 1))
        return
    place = random.randrange(len(entries))
    how = random.random()
    if how < 0.15:
        del entries[place]
    elif how < 0.3:
        entries.insert(place, deepcopy(entries[random.randrange(len(entries))]))
    elif how < 0.4:
        other = random.randrange(len(entries))
        entries[place], entries[other] = entries[other], entries[place]
    elif part == "logs":
        alter_log(entries[place], random)
    else:
        size = len(entries[place]) // 2 - 1
        entries[place] = flip(entries[place], random.randrange(size))


def alter_log(log: list[object], random: Random) -> None:
    topics, data = log[TOPICS], str(log[DATA])
    assert isinstance(topics, list)
    where = random.choice([TRANSACTION, TOPICS, DATA, DATA, DATA])
    if where == TOPICS or len(data) == 2:
        place = random.randrange(len(topics))
        topics[place] = flip(topics[place], random.randrange(32))
    else:
        text = str(log[where])
        log[where] = flip(text, random.randrange(len(text) // 2 - 1))


@pytest.fixture(scope="module")
def honest(sealed_evidence: Evidence) -> list[dict[str, object]]:
    return [item.as_json() for item in examine(sealed_evidence).items]


@settings(max_examples=EXAMPLES)
@given(
    part=st.sampled_from(["logs", "logs", "transactions", "nodes", "code", "headers"]),
    seed=st.integers(0, 2**32),
)
def test_no_alteration_gives_another_result(
    sealed_evidence: Evidence, honest: list[dict[str, object]], part: str, seed: int
) -> None:
    content = deepcopy(encode_bundle(sealed_evidence))
    alter(content, part, Random(seed))
    try:
        report = examine(decode_bundle(content, "altered"))
    except HanpyoError as error:
        code = error.code
    else:
        second.agree(content, "altered", report)
        told = [item.as_json() for item in report.items]
        assert not report.ok or told == honest
        return
    assert second.refused(content, "altered") == code
