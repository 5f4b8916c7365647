"""What was frozen: the code that runs the election, the manifest, the text and the roll."""

from collections.abc import Sequence

from eth_utils.address import to_checksum_address

from hanpyo.audit.artifacts import MODULES, VERIFIERS, followed, has_package, packaged
from hanpyo.audit.evidence import Evidence
from hanpyo.audit.findings import Findings
from hanpyo.audit.storage import MANIFEST_HASH
from hanpyo.chain.election_events import Frozen, RollPublished, TextPublished
from hanpyo.protocol.domain import manifest_hash, system_hash
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import NoRegistrarsError, require_registrars
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.roll import (
    ENTRY_BYTES,
    RollEntry,
    decode_roll,
    group_totals,
    summarise,
)
from hanpyo.protocol.types import Address, Digest, EntryKind


def check_code(evidence: Evidence, findings: Findings) -> Digest | None:
    """Every contract that runs the election is the packaged one; their system hash."""
    for address, code in evidence.code.items():
        if keccak(code) != evidence.code_hash(address):
            shown = to_checksum_address(address)
            findings.fail("code", f"the code told for {shown} is not the code in the state")
    implementation = evidence.implementation
    addresses = followed(implementation, evidence.code_of(implementation))
    for name, address in addresses.items():
        if not packaged(name).matches(evidence.code_of(address)):
            findings.fail("code", _unlike(name, address))
    if len(addresses) < len(MODULES):
        return None
    if addresses[MODULES[0]] != _self(evidence, implementation):
        findings.fail("code", "the implementation names another contract than itself")
    _check_verifiers(evidence, addresses, findings)
    hashes = [evidence.code_hash(addresses[name]) for name in MODULES]
    return system_hash(hashes)


def _unlike(name: str, address: Address) -> str:
    shown = to_checksum_address(address)
    return f"the contract at {shown} is not the packaged {name} of this version"


def _self(evidence: Evidence, implementation: Address) -> Address:
    return packaged(MODULES[0]).fixed_addresses(evidence.code_of(implementation))[0]


def _check_verifiers(evidence: Evidence, addresses: dict[str, Address], findings: Findings) -> None:
    fixed = packaged("WideModule").fixed_addresses(evidence.code_of(addresses["WideModule"]))
    for name, address in zip(VERIFIERS, fixed, strict=False):
        shown = to_checksum_address(address)
        if not has_package(name):
            findings.note("code", f"the {name} at {shown} is not among the packaged contracts")
        elif not packaged(name).matches(evidence.code_of(address)):
            findings.fail("code", _unlike(name, address))


def check_manifest(
    evidence: Evidence,
    system: Digest | None,
    findings: Findings,
    *,
    expected_organiser: Address | None,
    expected_manifest_hash: bytes | None,
) -> Digest:
    """The manifest is bound to code and storage, its text is known, it was frozen in time."""
    manifest = evidence.manifest
    stored = Digest(evidence.slot(MANIFEST_HASH).to_bytes(32, "big"))
    if system is not None and manifest_hash(system, evidence.manifest_bytes) != stored:
        findings.fail("manifest", "the manifest hash in storage is not that of manifest and code")
    if expected_manifest_hash is not None and expected_manifest_hash != stored:
        findings.fail("manifest", f"the manifest hash is 0x{stored.hex()}, not the one expected")
    _check_organiser(manifest.organiser, expected_organiser, expected_manifest_hash, findings)
    if not any(manifest.seed):
        findings.fail("manifest", "the 32 random bytes are zero")
    texts = [e.event.text for e in evidence.entries if isinstance(e.event, TextPublished)]
    if not texts:
        findings.note("manifest", "the text is not published yet")
    elif any(keccak(text) != manifest.text_hash for text in texts):
        findings.fail("manifest", "the published text is not the one that the manifest binds")
    _check_freezing(evidence, stored, findings)
    return stored


def _check_organiser(
    organiser: Address,
    expected: Address | None,
    expected_hash: bytes | None,
    findings: Findings,
) -> None:
    shown = to_checksum_address(organiser)
    if expected is not None and expected != organiser:
        wanted = to_checksum_address(expected)
        findings.fail("manifest", f"the organiser is {shown}, not {wanted}")
    if expected is None and expected_hash is None:
        findings.note("manifest", f"the organiser {shown} is not verified: none was expected")


def _check_freezing(evidence: Evidence, stored: Digest, findings: Findings) -> None:
    frozen = [e.event.manifest_hash for e in evidence.entries if isinstance(e.event, Frozen)]
    if not frozen:
        findings.note("manifest", "the election is not frozen yet")
        return
    if frozen != [stored]:
        findings.fail("manifest", "it was frozen twice, or with another manifest hash")


def published_roll(evidence: Evidence, roll_file: bytes | None) -> bytes | None:
    """The bytes of the roll: from the events, else from the file given, else None."""
    parts = [e.event for e in evidence.entries if isinstance(e.event, RollPublished)]
    if parts and not evidence.manifest.roll.in_file:
        return b"".join(part.entries for part in parts)
    return roll_file


def check_roll(
    evidence: Evidence, roll_file: bytes | None, findings: Findings
) -> Sequence[RollEntry] | None:
    """The roll rebuilt from its published leaves; None when it is not at hand or not whole."""
    _check_order(evidence, findings)
    data = published_roll(evidence, roll_file)
    roll = evidence.manifest.roll
    if data is None or (len(data) < ENTRY_BYTES * roll.size and not _is_frozen(evidence)):
        return None
    if roll_file is not None and keccak(roll_file) != roll.file_hash:
        findings.fail("roll", "the roll file given is not the one that the manifest binds")
    try:
        entries = decode_roll(data)
    except EncodingError as error:
        findings.fail("roll", str(error))
        return None
    found = summarise(entries, in_file=roll.in_file)
    for name, ours, theirs in (
        ("number of entries", found.size, roll.size),
        ("weight", found.weight, roll.weight),
        ("largest weight", found.largest_weight, roll.largest_weight),
        ("Merkle root", found.root.hex(), roll.root.hex()),
        ("file hash", found.file_hash.hex(), roll.file_hash.hex()),
    ):
        if ours != theirs:
            findings.fail("roll", f"its {name} is {ours}, the manifest says {theirs}")
    _check_groups(evidence, entries, findings)
    return entries


def _is_frozen(evidence: Evidence) -> bool:
    return any(isinstance(entry.event, Frozen) for entry in evidence.entries)


def _check_order(evidence: Evidence, findings: Findings) -> None:
    """Voter numbers run without gap or repetition."""
    expected = 0
    for entry in evidence.entries:
        if isinstance(entry.event, RollPublished):
            if entry.event.first != expected or len(entry.event.entries) % ENTRY_BYTES:
                findings.fail(
                    "roll",
                    f"entries from voter {entry.event.first} on come where voter {expected} should",
                    transaction=entry.log.transaction_hash,
                )
            expected = entry.event.first + len(entry.event.entries) // ENTRY_BYTES


def _check_groups(evidence: Evidence, entries: Sequence[RollEntry], findings: Findings) -> None:
    manifest = evidence.manifest
    try:
        totals = list(group_totals(entries, manifest.classes))
        attested = sum(entry.kind is EntryKind.ATTESTED for entry in entries)
        require_registrars(manifest, attested)
    except (EncodingError, NoRegistrarsError) as error:
        findings.fail("roll", str(error))
        return
    for number, group in enumerate(manifest.groups):
        found = totals[number] if number < len(totals) else None
        heads, weight = (0, 0) if found is None else (found.heads, found.weight)
        if (heads, weight) != (group.heads, group.weight):
            findings.fail(
                "roll",
                f"group {number} has {heads} entries of weight {weight}, the manifest says "
                f"{group.heads} of {group.weight}",
            )
