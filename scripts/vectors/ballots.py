"""Vectors of padded choices and their verdicts."""

import random

from hanpyo.protocol import choices, layout
from hanpyo.protocol.manifest import Manifest
from scripts.vectors.common import Vectors, hexed, vector_manifests
from tests.strategies.examples import example_manifest

SELECTIONS: list[tuple[int, list[choices.Selection]]] = [
    (0, [[], [], [], {}, {}, []]),
    (1, [[1], [300, 1, 256], [1, 3], {1: 10, 4: 1}, {2: 256, 3: 144}, [3, 1, 2]]),
    (2, [[3], [7], [9], {2: 5}, {1: 300}, [4, 3]]),
    (2, [[2], [1, 2], [4, 5, 6], {3: 1}, {1: 1, 2: 1, 3: 1}, [1, 4, 2, 3]]),
    (1, [[2], [1], [9], {1: 10}, {1: 400 - 100}, [5, 1]]),
    (0, [[1], [], [1, 4], {1: 1}, {1: 300, 2: 101}, [1]]),
    (0, [[1], [5], [1, 2], {}, {}, [5, 4, 1]]),
]


def choices_vectors() -> Vectors:
    """Encoded selections, and random bytes, judged against several agendas."""
    rng = random.Random("choices")  # noqa: S311 - vectors must repeat
    groups = []
    for name, manifest in vector_manifests().items():
        cases = []
        if manifest.items == example_manifest().items:
            for class_, selection in SELECTIONS:
                padded = choices.encode_unchecked(manifest.items, selection)
                cases.append(judged(manifest, padded, class_))
        for _ in range(6):
            cases.append(judged(manifest, random_choices(rng, manifest), 0))
            last = len(manifest.classes) - 1
            cases.append(judged(manifest, random_choices(rng, manifest), last))
        groups.append({"name": name, "manifest": hexed(manifest.encode()), "cases": cases})
    return {"agendas": groups}


def judged(manifest: Manifest, padded: bytes, class_: int) -> Vectors:
    """One ballot's choices with the verdicts and what they add to the tally."""
    verdicts = choices.decode(manifest, padded, class_)
    return {
        "class": class_,
        "choices": hexed(padded),
        "verdicts": [verdict_vector(verdict) for verdict in verdicts],
        "cells": [list(pair) for pair in choices.increments(manifest, verdicts)],
    }


def verdict_vector(verdict: choices.Verdict) -> Vectors:
    """A verdict as the vectors hold it."""
    match verdict:
        case choices.Blank():
            return {"verdict": "blank"}
        case choices.Invalid(fault):
            return {"verdict": "invalid", "fault": fault.value}
        case choices.Valid(marks):
            return {"verdict": "valid", "marks": [list(mark) for mark in marks]}


def random_choices(rng: random.Random, manifest: Manifest) -> bytes:
    """Choices that are sometimes valid: few bits, small numbers, blanks."""
    parts = []
    for item in manifest.items:
        length = layout.field_length(item)
        field = bytearray(length)
        for _ in range(rng.randrange(4)):
            field[rng.randrange(length)] = rng.choice((1, 2, 3, 4, 8, 16, 128, 255))
        if rng.randrange(3) == 0:
            field = bytearray(sorted(field, reverse=True))
        parts.append(bytes(field))
    return b"".join(parts)
