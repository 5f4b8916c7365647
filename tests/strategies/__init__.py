"""Hypothesis strategies and fixed examples of what the record is made of."""

from tests.strategies.choices import selections, wild_choices
from tests.strategies.examples import example_manifest
from tests.strategies.manifests import items, manifests

__all__ = ["example_manifest", "items", "manifests", "selections", "wild_choices"]
