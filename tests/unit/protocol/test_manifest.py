import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.agenda import AgendaError, Item, Method
from hanpyo.protocol.manifest import (
    AgendaTooLargeError,
    ClassRow,
    Group,
    Manifest,
    ManifestError,
    NoRegistrarsError,
    decode,
    require_registrars,
)
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Address, Digest, Secrecy, Timestamp, Word
from tests.strategies import example_manifest, heavy, manifests
from tests.strategies.examples import address

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "manifest.json").read_text(encoding="utf-8")
)
EXAMPLE = example_manifest()


@heavy
@given(manifests())
def test_a_manifest_survives_encoding(manifest: Manifest) -> None:
    assert decode(manifest.encode()) == manifest


@heavy
@given(manifests(), st.data())
def test_a_cut_manifest_is_refused(manifest: Manifest, data: st.DataObject) -> None:
    whole = manifest.encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EncodingError):
        decode(whole[:cut])


@heavy
@given(manifests(), st.data())
def test_a_changed_byte_is_refused_or_means_something_else(
    manifest: Manifest, data: st.DataObject
) -> None:
    whole = manifest.encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes((whole[at] ^ data.draw(st.integers(1, 255)),)) + whole[at + 1 :]
    try:
        other = decode(changed)
    except EncodingError:
        return
    assert other != manifest
    assert other.encode() == changed


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_bad_manifests_are_refused(vector: dict[str, str]) -> None:
    with pytest.raises(EncodingError):
        decode(bytes.fromhex(vector["manifest"][2:]))


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda vector: vector["name"])
def test_good_manifests_are_laid_out_as_the_vectors_say(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["manifest"][2:])
    manifest = decode(data)
    assert manifest.encode() == data
    assert manifest.choices_length == vector["choicesLength"]
    assert list(manifest.cell_bases) == vector["cellBases"]
    shape = manifest.tally_layout
    assert (shape.lane, shape.planes, shape.words) == (
        vector["lane"],
        vector["planes"],
        vector["words"],
    )


def test_the_header_has_its_fields_at_the_documented_offsets() -> None:
    data = EXAMPLE.encode()
    assert data[:4] == b"\x01\x01" + EXAMPLE.choices_length.to_bytes(2, "big")
    assert int.from_bytes(data[4:8], "big") == 10
    assert data[152:172] == address(99)
    assert int.from_bytes(data[172:180], "big") == 1000
    assert int.from_bytes(data[220:228], "big") == 1500
    assert data[292:302] == bytes((3, 2, 2, 0, 0, 2, 0, 3, 0, 6))
    assert data[302:322] == address(1)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("threshold", {"threshold": 1}),
        ("threshold", {"threshold": 4}),
        ("threshold", {"registrars": ()}),
        ("clerkCount", {"clerks": (address(4),)}),
        ("clerks", {"clerks": (address(4), address(1))}),
        ("clerks", {"clerks": (address(4), address(4))}),
        ("registrars", {"registrars": (address(1), Address(bytes(20)), address(3))}),
        ("registrars", {"registrars": (address(1), address(1), address(3))}),
        ("registrars", {"registrars": (Address(b"short"), address(1), address(3))}),
        (
            "registrars",
            {"registrars": tuple(map(address, range(1, 257))), "threshold": 200, "clerks": ()},
        ),
        ("organiser", {"organiser": Address(bytes(20))}),
        ("organiser", {"organiser": Address(b"short")}),
        ("textHash", {"text_hash": Digest(bytes(32))}),
        ("seed", {"seed": Word(b"short")}),
        ("secrecy", {"secrecy": Secrecy.ENCRYPTED}),
        ("trusteeX", {"trustee_key": None}),
        ("trusteeX", {"trustee_key": (1, 3)}),
        ("trusteeX", {"secrecy": Secrecy.OPEN, "trustee_key": (1, 2)}),
        ("groupCount", {"groups": ()}),
        ("groupCount", {"groups": (Group(0, 0),) * 820}),
        ("groups", {"groups": (Group(4, 10), Group(5, 20))}),
        ("groups", {"groups": (Group(4, 10), Group(6, 21))}),
        ("classCount", {"classes": ()}),
        ("class 0", {"classes": (ClassRow(2),)}),
        ("class 0", {"classes": (ClassRow(0, ((0, 2), (0, 1))),)}),
        ("class 0", {"classes": (ClassRow(0, ((6, 1),)),)}),
        ("class 0", {"classes": (ClassRow(0, ((0, 4),)),)}),
        ("itemCount", {"items": ()}),
        ("eligible groups", {"items": (Item(Method.CHOOSE_ONE, 2, eligible=frozenset({2})),)}),
    ],
)
def test_what_no_election_can_have_is_refused(field: str, changes: dict[str, Any]) -> None:
    if "items" in changes:
        changes = {"classes": (ClassRow(0),)} | changes
    with pytest.raises(ManifestError) as caught:
        example_manifest(**changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("rollSize", {"size": 0}),
        ("largestWeight", {"largest_weight": 0}),
        ("largestWeight", {"largest_weight": 31}),
        ("rollWeight", {"weight": 13}),
        ("rollWeight", {"weight": 51}),
        ("rollWeight", {"largest_weight": 1}),
        ("rollRoot", {"root": bytes(32)}),
        ("rollHash", {"file_hash": bytes(32)}),
    ],
)
def test_impossible_rolls_are_refused(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestError) as caught:
        replace(EXAMPLE.roll, **changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("closesAt", {"closes_at": 1000}),
        ("barrierAt", {"barrier_at": 1999}),
        ("openingAt", {"opening_at": 3000}),
        ("keyDeadline", {"key_deadline": 3999}),
        ("certifyAt", {"certify_at": 4999}),
        ("rebindUntil", {"rebind_until": 2001}),
    ],
)
def test_times_out_of_order_are_refused(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestError) as caught:
        replace(EXAMPLE.timetable, **changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"barrier_at": Timestamp(2000)},
        {"key_deadline": Timestamp(4000)},
        {"certify_at": Timestamp(5000)},
        {"rebind_until": Timestamp(2000)},
        {"rebind_until": Timestamp(0)},
    ],
)
def test_times_may_touch_where_the_protocol_says(changes: dict[str, Any]) -> None:
    timetable = replace(EXAMPLE.timetable, **changes)
    assert decode(example_manifest(timetable=timetable).encode()).timetable == timetable


def test_an_agenda_too_large_for_a_contracts_code_is_refused() -> None:
    agenda = tuple(Item(Method.CHOOSE_ONE, 2) for _ in range(640))
    with pytest.raises(AgendaTooLargeError, match="above 24531") as caught:
        example_manifest(items=agenda, classes=(ClassRow(0),))
    assert caught.value.code == "agenda_too_large"
    with pytest.raises(AgendaTooLargeError):
        decode(bytes(24_532))


def test_an_agenda_whose_opening_costs_too_much_is_refused() -> None:
    agenda = (Item(Method.SCORE, 1024, 1, 1024, points=60_000),)
    with pytest.raises(AgendaTooLargeError, match="gas, above 4000000; split the agenda"):
        example_manifest(items=agenda, classes=(ClassRow(0),))


def test_choices_too_long_for_their_field_are_refused() -> None:
    agenda = tuple(Item(Method.SCORE, 1024, 1, 1, points=300) for _ in range(32))
    with pytest.raises(AgendaTooLargeError, match="choicesLength"):
        example_manifest(items=agenda, classes=(ClassRow(0),))


def test_attested_entries_need_registrars() -> None:
    nobody = example_manifest(registrars=(), threshold=0)
    require_registrars(nobody, 0)
    require_registrars(EXAMPLE, 10)
    with pytest.raises(NoRegistrarsError, match="3 attested roll entries need at least one"):
        require_registrars(nobody, 3)


def test_strata_are_channels_times_groups() -> None:
    assert EXAMPLE.strata == 10
    assert [EXAMPLE.stratum(4, class_) for class_ in range(3)] == [8, 9, 9]


def test_an_item_at_fault_is_numbered() -> None:
    data = bytearray(EXAMPLE.encode())
    data[446 + 38] = 9
    with pytest.raises(AgendaError, match="item 1, method"):
        decode(bytes(data))
