"""Hypothesis strategies and fixed examples of what the record is made of."""

from hypothesis import settings

from tests.strategies.ballots import compact_batches, desk_record_lists, wide_record_lists
from tests.strategies.choices import selections, wild_choices
from tests.strategies.examples import example_manifest
from tests.strategies.manifests import items, manifests

heavy = settings(max_examples=max(20, settings().max_examples // 4))
"""For properties over whole manifests, which take long to draw."""

__all__ = [
    "compact_batches",
    "desk_record_lists",
    "example_manifest",
    "heavy",
    "items",
    "manifests",
    "selections",
    "wide_record_lists",
    "wild_choices",
]
