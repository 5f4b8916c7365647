"""The contracts pass the shared vectors that Python and the pages pass."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.harness.devchain import Reverted
from bench.harness.system import System
from hanpyo.protocol.manifest import Manifest, decode
from hanpyo.protocol.reading import EncodingError
from tests.contracts.conftest import Open

VECTORS = Path(__file__).parents[1] / "vectors"
MANIFESTS = json.loads((VECTORS / "manifest.json").read_text(encoding="utf-8"))
AGENDAS = json.loads((VECTORS / "choices.json").read_text(encoding="utf-8"))["agendas"]
GOOD = [bytes.fromhex(vector["manifest"][2:]) for vector in MANIFESTS["accepted"]]
MUTATIONS = 200


def is_accepted(system: System, manifest: bytes) -> bool:
    """Whether the factory would make this election for the organiser whom the bytes name."""
    data = system.interface.encode("createElection", manifest, 0)
    organiser = manifest[152:172].rjust(20, b"\x01")
    try:
        system.chain.call(system.factory, data, system.interface, sender=organiser)
    except Reverted:
        return False
    return True


def is_decoded(manifest: bytes) -> bool:
    try:
        decode(manifest)
    except EncodingError:
        return False
    return True


@pytest.mark.parametrize("vector", MANIFESTS["accepted"], ids=lambda vector: vector["name"])
def test_the_factory_accepts_what_python_decodes(system: System, vector: dict[str, Any]) -> None:
    assert is_accepted(system, bytes.fromhex(vector["manifest"][2:]))


@pytest.mark.parametrize("vector", MANIFESTS["refused"], ids=lambda vector: vector["name"])
def test_the_factory_refuses_what_python_refuses(system: System, vector: dict[str, Any]) -> None:
    assert not is_accepted(system, bytes.fromhex(vector["manifest"][2:]))


def test_factory_and_python_agree_on_changed_manifests(system: System) -> None:
    rng = random.Random("changed manifests")
    small = [manifest for manifest in GOOD if len(manifest) < 1_000]
    verdicts: Counter[bool] = Counter()
    for _ in range(MUTATIONS):
        changed = bytearray(rng.choice(small))
        at = rng.choice(
            (rng.randrange(24), rng.randrange(172, 302), rng.randrange(302, len(changed)))
        )
        changed[at] = rng.choice((0, 1, 2, 3, 255, changed[at] ^ 1, changed[at] ^ 128))
        decoded = is_decoded(bytes(changed))
        assert is_accepted(system, bytes(changed)) is decoded, (at, bytes(changed).hex())
        verdicts[decoded] += 1
    assert min(verdicts[True], verdicts[False]) > MUTATIONS // 10


def expected_lanes(manifest: Manifest, cases: list[dict[str, Any]], stratum: int) -> list[int]:
    """The tally words that the vectors' cells make, every weight being 1."""
    shape = manifest.tally_layout
    cells = [0] * shape.cells
    for case in cases:
        if manifest.stratum(0, case["class"]) == stratum:
            for cell, amount in case["cells"]:
                cells[cell] += amount
    return list(shape.pack(cells))


@pytest.mark.parametrize("vector", AGENDAS, ids=lambda vector: vector["name"])
def test_the_tally_is_the_sum_of_the_vectors_cells(begin: Open, vector: dict[str, Any]) -> None:
    source = decode(bytes.fromhex(vector["manifest"][2:]))
    cases = vector["cases"]
    trial = begin(
        items=source.items,
        classes=source.classes,
        weights=(1,) * len(cases),
        classes_of=tuple(case["class"] for case in cases),
    )
    manifest = trial.plan.manifest
    acts = [trial.act(at, bytes.fromhex(case["choices"][2:])) for at, case in enumerate(cases)]
    receipt = trial.cast(acts)
    assert trial.skipped(receipt) == []
    for stratum in range(len(manifest.groups)):
        _, lanes = trial.read("stratum", stratum)
        assert list(lanes) == expected_lanes(manifest, cases, stratum)
