"""Wallet sign-in (EIP-4361): the wallet is the one that the roll names for a listed entry.

The message must name this service, this chain, and the nonce of the challenge, and end with it. A
contract wallet answers by ERC-1271 in a call with a gas cap, asked only where the roll, which is
public, lists the address. Its answer counts for this sign-in alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import orjson

from hanpyo.chain.errors import TransportError
from hanpyo.chain.node_errors import NodeError
from hanpyo.chain.quantities import read_data, to_data, to_quantity
from hanpyo.identity.codes import new_session_token
from hanpyo.identity.errors import ProofRefused
from hanpyo.identity.factors import Factor
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Answering, Asking, Proof, Started
from hanpyo.identity.methods._siwe import siwe_message
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import SignatureError, compact, recover
from hanpyo.protocol.types import Digest

STATEMENT: Final = "Sign in to vote with Hanpyo."
_LONGEST_MESSAGE: Final = 2_000
_LONGEST_SIGNATURE: Final = 4_096
_CALL_GAS: Final = 500_000
_LEEWAY: Final = 60
_MAGIC: Final = bytes.fromhex("1626ba7e")
_SIGNATURE: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})+")


class Caller(Protocol):
    """The part of a node that a contract wallet is asked through."""

    def call(self, method: str, *params: object) -> object:
        """The result of one JSON-RPC request."""

    def chain_id(self) -> int:
        """The chain that the wallet signs for."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """The method `wallet`."""

    public_url: str
    node: Callable[[], Caller]
    members: Members
    name: str = "wallet"
    family: str = "wallet"
    first: bool = True

    def start(self, asking: Asking) -> Started:
        """The fields of the message to sign."""
        fields = {
            "domain": urlsplit(self.public_url).netloc,
            "uri": self.public_url,
            "version": "1",
            "chainId": self.node().chain_id(),
            "nonce": re.sub(r"[^A-Za-z0-9]", "0", new_session_token()),
            "issuedAt": _iso(asking.now),
            "expirationTime": _iso(asking.expires_at),
            "statement": STATEMENT,
        }
        return Started(show=fields, state=orjson.dumps(fields))

    def verify(self, answering: Answering) -> Proof:
        """The member whose roll entry names the signing wallet."""
        message = str(answering.answer.get("message", ""))
        signature = _bytes(str(answering.answer.get("signature", "")))
        parsed = self._parse(message, orjson.loads(answering.state))
        _require_times(parsed, answering.now, answering.expires_at)
        wallet = bytes.fromhex(parsed.address[2:])
        member_id = self.members.by_wallet(answering.rules.election_id, wallet)
        digest = _personal_digest(message)
        signed = _signed_by_key(digest, signature, wallet)
        # The roll is public: that a listed address costs a call tells nothing new.
        if member_id is None or not (
            signed or _contract_agrees(parsed.address, digest, signature, self.node())
        ):
            raise ProofRefused
        return Proof(member_id, (Factor(self.name, self.family, answering.now),))

    def _parse(self, message: str, wanted: dict[str, object]) -> Any:
        if len(message) > _LONGEST_MESSAGE:
            raise ProofRefused
        try:
            parsed = siwe_message().from_message(message, abnf=False)
            same = parsed.prepare_message() == message
        except ValueError:
            raise ProofRefused from None
        said = {
            "domain": parsed.domain,
            "uri": parsed.uri,
            "version": str(parsed.version),
            "chainId": parsed.chain_id,
            "nonce": parsed.nonce,
        }
        if not same or any(wanted[name] != value for name, value in said.items()):
            raise ProofRefused
        return parsed


def _require_times(parsed: Any, now: int, ends: int) -> None:
    """Issued and valid by now, and ending no later than the challenge."""
    try:
        issued, expires, begins = (
            datetime.fromisoformat(str(each)).timestamp()
            for each in (
                parsed.issued_at,
                parsed.expiration_time,
                parsed.not_before or parsed.issued_at,
            )
        )
    except (ValueError, OverflowError):
        raise ProofRefused from None
    if max(issued, begins) > now + _LEEWAY or not now < expires <= ends:
        raise ProofRefused


def _signed_by_key(digest: Digest, signature: bytes, wallet: bytes) -> bool:
    # Not the library's check: it fails in other ways than by refusing.
    try:
        return recover(digest, compact(signature)) == wallet
    except SignatureError:
        return False


def _contract_agrees(address: str, digest: Digest, signature: bytes, node: Caller) -> bool:
    """ERC-1271's answer: the magic value in exactly one word."""
    data = (
        _MAGIC
        + digest
        + (64).to_bytes(32, "big")
        + len(signature).to_bytes(32, "big")
        + signature.ljust(-(-len(signature) // 32) * 32, b"\0")
    )
    call = {"to": address, "data": to_data(data), "gas": to_quantity(_CALL_GAS)}
    try:
        answer = read_data(node.call("eth_call", call, "latest"), "eth_call")
    except (NodeError, TransportError):
        return False
    return answer == _MAGIC.ljust(32, b"\0")


def _personal_digest(message: str) -> Digest:
    """EIP-191's digest of a text."""
    text = message.encode()
    return keccak(b"\x19Ethereum Signed Message:\n%d" % len(text) + text)


def _bytes(text: str) -> bytes:
    if not _SIGNATURE.fullmatch(text) or len(text) > _LONGEST_SIGNATURE:
        raise ProofRefused
    return bytes.fromhex(text[2:])


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
