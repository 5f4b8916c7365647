"""The specification of the record names what the contracts and the protocol package have."""

import json
import re
from typing import Any

import pytest

from hanpyo.audit import storage
from hanpyo.protocol.layout import MAX_OPENING_GAS
from hanpyo.protocol.manifest import MAX_BYTES
from hanpyo.protocol.messages import (
    Ballot,
    BoxCount,
    Credential,
    DeskAct,
    Promise,
    Rebind,
)
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.types import Channel, SkipReason
from tests.unit.docs.pages import PROTOCOL, ROOT, blocks, rows

CONTRACTS = ROOT / "contracts"
ABI: list[dict[str, Any]] = [
    entry
    for name in ("Election", "ElectionFactory", "WideModule")
    for entry in json.loads(
        (ROOT / "backend/hanpyo/chain/artifacts" / f"{name}.json").read_text(encoding="utf-8")
    )["abi"]
]
EVENTS = {
    f"{entry['name']}("
    + ", ".join(
        f"{each['type']}{' indexed' if each['indexed'] else ''} {each['name']}"
        for each in entry["inputs"]
    )
    + ")"
    for entry in ABI
    if entry["type"] == "event"
}
FUNCTIONS = {entry["name"] for entry in ABI if entry["type"] == "function"}
ERRORS = {entry["name"] for entry in ABI if entry["type"] == "error"}
TOLD_ERRORS = re.findall(
    r"`((?:Election|Batch|Branch|Opening|Escrow|Trustee|Certify)\w+)`", PROTOCOL
)
TOLD_EVENTS = [row[0].strip("`") for row in rows(PROTOCOL, "**Events**")]
READERS = re.findall(
    r"function (\w+)\(bytes memory m\)[^{]*\{\s*return (?:\w+\()?"
    r"(u8|u16|u32|u64|addr|word)\(m, (\d+)\)",
    (CONTRACTS / "libraries" / "ManifestReader.sol").read_text(encoding="utf-8"),
)
"""Name, type and offset of each field that the contracts read from the manifest's header."""
HEADER = {
    int(row[0]): row for row in rows(PROTOCOL, "| offset | type | field") if row[0] and row[1]
}
TABLE_NAMES = {"rollInFile": "flags"}


def constants(contract: str) -> dict[str, int]:
    """The plain numbers among a contract's constants."""
    source = (CONTRACTS / contract).read_text(encoding="utf-8")
    found = re.findall(r"uint256 (?:internal|private) constant (\w+) = ([\d_]+);", source)
    return {name: int(value.replace("_", "")) for name, value in found}


def test_every_event_is_specified_as_it_is() -> None:
    created = re.findall(r"`(ElectionCreated\([^`]*\))`", PROTOCOL)
    told = {
        re.sub(r"(\w+) indexed (\w+)", r"\1 indexed \2", event) for event in TOLD_EVENTS + created
    }
    assert told == EVENTS


@pytest.mark.parametrize("name", sorted(set(TOLD_ERRORS) - {"ElectionFactory"}))
def test_a_named_error_or_event_exists(name: str) -> None:
    assert name in ERRORS | {event.partition("(")[0] for event in EVENTS}


@pytest.mark.parametrize(
    "name",
    sorted(
        set(re.findall(r"`(?:Election\.|ElectionFactory\.|WideModule\.)?([a-z]\w*)\(", PROTOCOL))
        - {"tag", "base", "isValidSignature"}
    ),
)
def test_a_named_function_exists(name: str) -> None:
    assert name in FUNCTIONS


def test_every_action_is_specified() -> None:
    actions = {
        entry["name"]
        for entry in ABI
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    assert {name for name in actions - {"initialise"} if f"`{name}" not in PROTOCOL} == set()


def test_every_reason_to_skip_is_in_the_table() -> None:
    cells = [cell for row in rows(PROTOCOL, "| reason | | reason") for cell in row]
    assert {int(cell) for cell in cells if cell.isdigit()} == set(SkipReason)


def test_reasons_are_the_contracts_numbers() -> None:
    names = {
        SkipReason.NOT_OPEN: "NOT_OPEN",
        SkipReason.UNKNOWN_VOTER: "UNKNOWN_VOTER",
        SkipReason.SIGNATURE: "BAD_SIGNATURE",
        SkipReason.ATTESTATION: "BAD_ATTESTATION",
        SkipReason.WEIGHT: "BAD_WEIGHT",
        SkipReason.WEIGHT_TOTAL: "TOO_MUCH_WEIGHT",
        SkipReason.SUPERSEDED: "SUPERSEDED",
        SkipReason.EPOCH: "WRONG_EPOCH",
        SkipReason.RANGE: "BAD_KIND",
        SkipReason.CONTENT: "BAD_CONTENT",
        SkipReason.CLASS: "UNKNOWN_CLASS",
    }
    recorder = constants("Recorder.sol")
    assert {reason: recorder[name] for reason, name in names.items()} == {
        reason: int(reason) for reason in SkipReason
    }


def test_every_phase_is_in_the_table() -> None:
    told = {int(row[0]): row[1] for row in rows(PROTOCOL, "**Phase**")}
    assert told == {int(phase): phase.name.lower() for phase in Phase}


def test_every_signed_message_is_specified() -> None:
    told = set(blocks(PROTOCOL, "")[0].splitlines())
    flat = {each.TYPE for each in (Ballot, Credential, Rebind, DeskAct, BoxCount, Promise)}
    assert told == flat | {"CredentialList(Credential[] credentials)"}


@pytest.mark.parametrize(("name", "kind", "offset"), READERS)
def test_the_manifests_fields_stand_where_the_contracts_read_them(
    name: str, kind: str, offset: str
) -> None:
    row = HEADER[int(offset)]
    assert row[1] == {"addr": "address"}.get(kind, kind)
    assert row[2] == TABLE_NAMES.get(name, name)


def test_the_header_has_no_gap() -> None:
    sizes = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "word": 32, "address": 20, "word, word": 64}
    ends = [offset + sizes[row[1]] for offset, row in HEADER.items()]
    header = constants("libraries/ManifestReader.sol")["HEADER"]
    assert [*list(HEADER)[1:], header] == ends


def test_storage_is_where_the_auditor_reads_it() -> None:
    told = {row[1].strip("`"): row[0] for row in rows(PROTOCOL, "**Storage**")}
    slots = {
        "_manifestHash": storage.MANIFEST_HASH,
        "_progress": storage.PROGRESS,
        "_counters": storage.COUNTERS,
        "_secret": storage.SECRET,
        "_acted": storage.ACTED,
        "_touched": storage.TOUCHED,
        "_checkedIn": storage.CHECKED_IN,
        "_opened": storage.OPENED,
        "_voided": storage.VOIDED,
        "_slots": storage.SLOTS,
        "_batches": storage.BATCHES,
        "_turnout": storage.TURNOUT,
        "_tally": storage.TALLY,
    }
    last = storage.STRATA + storage.STRATA_WORDS - 1
    assert told == {name: str(slot) for name, slot in slots.items()} | {
        "_strata": f"{storage.STRATA} … {last}"
    }


def test_the_packed_words_are_told_field_by_field() -> None:
    state = (CONTRACTS / "ElectionState.sol").read_text(encoding="utf-8")
    table = {row[1].strip("`"): row[2] for row in rows(PROTOCOL, "**Storage**")}
    for struct, variable in (("Progress", "_progress"), ("Counters", "_counters")):
        body = state.partition(f"struct {struct} {{")[2].partition("}")[0]
        fields = re.findall(r"(bool|uint\d+) (\w+);", body)
        told = re.findall(r"u(\d+) (\w+)", table[variable])
        assert told == [("8" if kind == "bool" else kind[4:], name) for kind, name in fields]


def test_the_numbers_in_the_text_are_the_contracts() -> None:
    wide = constants("modules/WideModule.sol")
    for number in (wide["STIPEND"], MAX_OPENING_GAS, MAX_BYTES):
        assert f"{number:,}" in PROTOCOL
    assert constants("modules/SetupModule.sol")["OPENING_LIMIT"] == MAX_OPENING_GAS
    assert f"at most {constants('Recorder.sol')['LAST_REVISION']:,}" in PROTOCOL


def test_channels_are_named_with_their_numbers() -> None:
    told = ", ".join(f"{int(each)} {each.name.lower().replace('_', ' ')}" for each in Channel)
    assert f"Channels: {told}." in PROTOCOL


@pytest.mark.parametrize("tag", sorted(set(re.findall(r"tag\((\w+)\)", PROTOCOL)) - {"x"}))
def test_a_tag_of_the_contracts_is_specified_and_the_reverse(tag: str) -> None:
    messages = (CONTRACTS / "libraries" / "Messages.sol").read_text(encoding="utf-8")
    assert f'"hanpyo.{tag}.v1"' in messages or tag == "member"


def test_no_tag_of_the_contracts_is_missing() -> None:
    messages = (CONTRACTS / "libraries" / "Messages.sol").read_text(encoding="utf-8")
    assert set(re.findall(r'"hanpyo\.(\w+)\.v1"', messages)) <= set(
        re.findall(r"tag\((\w+)\)", PROTOCOL)
    )


def test_the_clones_code_is_specified() -> None:
    clone = (ROOT / "backend/hanpyo/protocol/clone.py").read_text(encoding="utf-8").lower()
    for part in ("363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3"):
        assert part in PROTOCOL
        assert part in clone


def test_every_file_of_test_vectors_is_listed() -> None:
    told = {row[0].strip("`") for row in rows(PROTOCOL, "| file in `tests/vectors`")}
    assert told == {path.name for path in (ROOT / "tests" / "vectors").glob("*.json")}
