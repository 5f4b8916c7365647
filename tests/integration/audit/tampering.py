"""Altering evidence: the bundle's JSON object is changed and read back, as a forger would.

Both auditors see every forgery, the one of the browser too, and must say the same of it.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from eth_utils.crypto import keccak

from hanpyo.audit import Evidence, Report, examine
from hanpyo.audit.bundle import decode_bundle, encode_bundle
from hanpyo.chain.election_events import Entry, Event
from tests.integration.audit import second

Content = dict[str, Any]
BLOCK, PLACE, INDEX, TRANSACTION, TOPICS, DATA = range(6)


def forged(evidence: Evidence, alter: Callable[[Content], None]) -> Report:
    """The report on the evidence after `alter` changed its file."""
    content = deepcopy(encode_bundle(evidence))
    alter(content)
    report = examine(decode_bundle(content, "forged"))
    second.agree(content, "forged", report)
    return report


def log_at(evidence: Evidence, kind: type[Event], voter: int | None = None, nth: int = 0) -> int:
    """The place among the logs of the nth event of a kind, of a voter if given."""
    found = [
        place
        for place, entry in enumerate(evidence.entries)
        if isinstance(entry.event, kind)
        and (voter is None or getattr(entry.event, "voter", None) == voter)
    ]
    return found[nth]


def entry_at(evidence: Evidence, kind: type[Event], voter: int | None = None) -> Entry:
    return evidence.entries[log_at(evidence, kind, voter)]


def flip(text: str, byte: int) -> str:
    """Hexadecimal text with one bit of one byte turned over."""
    data = bytearray(bytes.fromhex(text[2:]))
    data[byte] ^= 1
    return "0x" + data.hex()


def rename(content: Content, old: str, encoded: str) -> str:
    """Put a changed transaction under the hash it now has, in logs too; returns that hash."""
    new = "0x" + keccak(hexstr=encoded).hex()
    del content["transactions"][old]
    content["transactions"][new] = encoded
    for log in content["logs"]:
        if log[TRANSACTION] == old:
            log[TRANSACTION] = new
    return new


def failed(report: Report) -> set[str]:
    return {check.name for check in report.failures}


def named(report: Report, check: str) -> set[int]:
    """The voters that a check's findings name."""
    return {finding.voter for finding in report.check(check).findings if finding.voter is not None}
