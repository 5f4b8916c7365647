"""Short ways to say what a call must do."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.harness.devchain import Receipt, Reverted
from bench.harness.trial import Act, Trial
from hanpyo.protocol.types import SkipReason

CHOICES = bytes((1, 2, 3))


@contextmanager
def reverts(name: str, **values: object) -> Iterator[None]:
    """The block fails with this custom error and these arguments."""
    with pytest.raises(Reverted) as caught:
        yield
    found = caught.value.error
    assert found.name == name, found
    assert {key: found[key] for key in values} == values


def assert_skipped(trial: Trial, receipt: Receipt, *expected: tuple[int, SkipReason]) -> None:
    """Exactly these acts were skipped, in this order."""
    assert trial.skipped(receipt) == [(voter, int(reason)) for voter, reason in expected]


def assert_recorded(trial: Trial, receipt: Receipt, *acts: Act) -> None:
    """Exactly these acts were recorded, in this order, and nothing was skipped."""
    events = trial.system.events(receipt)
    terms = [event["terms"] for event in events if "terms" in event.values]
    assert terms == [int.from_bytes(act.terms.pack(), "big") for act in acts]
    assert trial.skipped(receipt) == []
