"""The slots that the auditor reads are those that the compiler lays out."""

from functools import cache
from typing import Any

import pytest
from solcx import compile_standard

from hanpyo.audit import storage
from hanpyo.audit.storage import Counters, Progress, bits_of, mapping_slot, tally_slot
from scripts.toolchain.project import SOLC
from scripts.toolchain.solidity import CONTRACTS, standard_input


@cache
def layout() -> dict[str, Any]:
    source = CONTRACTS / "ElectionFactory.sol"
    given = standard_input([source])
    given["settings"]["outputSelection"] = {
        "contracts/Election.sol": {"Election": ["storageLayout"]}
    }
    given["settings"].pop("viaIR")
    given["settings"]["optimizer"] = {"enabled": False}
    output = compile_standard(given, solc_binary=SOLC)
    found: dict[str, Any] = output["contracts"]["contracts/Election.sol"]["Election"][
        "storageLayout"
    ]
    return found


def members(name: str) -> dict[str, tuple[int, int]]:
    """Bit offset and bits of each member of a struct that fits one word."""
    types = layout()["types"]
    label = f"struct ElectionState.{name}"
    struct = next(each for each in types.values() if each["label"] == label)
    assert all(member["slot"] == "0" for member in struct["members"])
    return {
        member["label"]: (8 * member["offset"], 8 * int(types[member["type"]]["numberOfBytes"]))
        for member in struct["members"]
    }


@pytest.mark.parametrize(
    ("label", "slot"),
    [
        ("_manifestHash", storage.MANIFEST_HASH),
        ("_progress", storage.PROGRESS),
        ("_counters", storage.COUNTERS),
        ("_secret", storage.SECRET),
        ("_acted", storage.ACTED),
        ("_touched", storage.TOUCHED),
        ("_checkedIn", storage.CHECKED_IN),
        ("_opened", storage.OPENED),
        ("_voided", storage.VOIDED),
        ("_slots", storage.SLOTS),
        ("_batches", storage.BATCHES),
        ("_turnout", storage.TURNOUT),
        ("_tally", storage.TALLY),
        ("_strata", storage.STRATA),
    ],
)
def test_each_variable_is_where_it_is_read(label: str, slot: int) -> None:
    places = {each["label"]: int(each["slot"]) for each in layout()["storage"]}
    assert places[label] == slot


def test_the_strata_are_sixteen_words() -> None:
    entry = next(each for each in layout()["storage"] if each["label"] == "_strata")
    size = int(layout()["types"][entry["type"]]["numberOfBytes"])
    assert size == 32 * storage.STRATA_WORDS


def test_no_variable_is_unknown_to_the_auditor() -> None:
    assert len(layout()["storage"]) == 14


COUNTER_NAMES = {
    "batches": "batches",
    "live": "live",
    "liveWeight": "live_weight",
    "touched": "touched",
    "settled": "settled",
    "opened": "opened",
    "voided": "voided",
}
PROGRESS_NAMES = {
    "initialised": "initialised",
    "textPublished": "text_published",
    "secrecyLost": "secrecy_lost",
    "rollPublished": "roll_published",
    "frozenAtBlock": "frozen_at_block",
    "keyBlock": "key_block",
}


@pytest.mark.parametrize(("member", "name"), COUNTER_NAMES.items())
def test_each_counter_is_unpacked(member: str, name: str) -> None:
    offset, bits = members("Counters")[member]
    largest = (1 << bits) - 1
    found = Counters.unpack(largest << offset)
    assert {each: getattr(found, each) for each in COUNTER_NAMES.values()} == {
        each: largest if each == name else 0 for each in COUNTER_NAMES.values()
    }


@pytest.mark.parametrize(("member", "name"), PROGRESS_NAMES.items())
def test_each_mark_of_progress_is_unpacked(member: str, name: str) -> None:
    offset, bits = members("Progress")[member]
    value = 1 if bits == 8 else (1 << bits) - 1
    found = Progress.unpack(value << offset, 0)
    assert getattr(found, name) == value
    assert not any(getattr(found, each) for each in PROGRESS_NAMES.values() if each != name)


@pytest.mark.parametrize(
    ("flag", "name"), [(1, "frozen"), (2, "cancelled"), (4, "certified"), (8, "any_check_in")]
)
def test_each_flag_beside_the_counters_is_unpacked(flag: int, name: str) -> None:
    offset, bits = members("Counters")["flags"]
    assert (offset, bits) == (0, 8)
    assert getattr(Progress.unpack(0, flag), name) is True


def test_every_member_is_read() -> None:
    assert set(members("Counters")) == set(COUNTER_NAMES) | {"flags"}
    assert set(members("Progress")) == set(PROGRESS_NAMES)


def test_slots_of_mappings_follow_solidity() -> None:
    # keccak256(abi.encode(1, 4)), computed with OpenZeppelin's SlotDerivation.
    assert mapping_slot(4, 1) == int(
        "abd6e7cb50984ff9c2f3e18a2660c3353dadf4e3291deeb275dae2cd1e44fe05", 16
    )
    assert tally_slot(3, 2) == mapping_slot(mapping_slot(storage.TALLY, 3), 2)


def test_the_bits_of_a_bitmap() -> None:
    assert list(bits_of([(0, 0b101), (2, 1 << 255)])) == [0, 2, 767]
