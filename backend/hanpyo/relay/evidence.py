"""What the relay signs when a promise ends without the ballot on the record.

A JSON object that names the ballot, the reason, and the final block by which it was known, with the
relay's signature (EIP-191) over its text without `signature`. Voter and auditor hold it beside the
promise.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from hanpyo.chain.keys import Key
from hanpyo.protocol.domain import Domain
from hanpyo.relay.keys import message_payload, signer_of


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a promise ended, and what on the chain says so; `transaction` is the act or the skip."""

    reason: str
    block_number: int
    block_time: int
    transaction: bytes | None = None


def sign_evidence(
    key: Key, domain: Domain, ballot: bytes, include_by: int, finding: Finding
) -> str:
    """The signed JSON text."""
    stated: dict[str, Any] = {
        "chainId": str(domain.chain_id),
        "election": "0x" + domain.election.hex(),
        "ballot": "0x" + ballot.hex(),
        "includeBy": include_by,
        "reason": finding.reason,
        "block": finding.block_number,
        "blockTime": finding.block_time,
        "transaction": None if finding.transaction is None else "0x" + finding.transaction.hex(),
        "relay": key.address,
    }
    signature = key.sign_message_payload(message_payload(_text(stated)))
    return orjson.dumps(stated | {"signature": "0x" + signature.hex()}).decode()


def verify_evidence(text: str) -> bool:
    """Whether the relay it names signed the evidence; raises `ValueError`, `SignatureError`."""
    stated = orjson.loads(text)
    signature = bytes.fromhex(stated.pop("signature")[2:])
    signer = signer_of(message_payload(_text(stated)), signature)
    return bool("0x" + signer.hex() == stated["relay"].lower())


def _text(stated: dict[str, Any]) -> bytes:
    return orjson.dumps(stated, option=orjson.OPT_SORT_KEYS)
