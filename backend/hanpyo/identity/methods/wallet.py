"""Wallet sign-in (EIP-4361): the wallet is the one that the roll names for a listed entry.

The message must name this service, this chain, and the nonce of the challenge, and end with it. A
contract wallet answers by ERC-1271 in a call with a gas cap, asked only where the roll, which is
public, lists the address. Its answer counts for this sign-in alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
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
from hanpyo.identity.methods._siwe import InvalidSignature, SiweMessage, VerificationError
from hanpyo.protocol.hashing import keccak
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
        signature = str(answering.answer.get("signature", ""))
        parsed = self._parse(message, orjson.loads(answering.state))
        wallet = bytes.fromhex(parsed.address[2:])
        member_id = self.members.by_wallet(answering.rules.election_id, wallet)
        _verify_signature(
            parsed, signature, answering.now, self.node if member_id is not None else None
        )
        if member_id is None:
            raise ProofRefused
        return Proof(member_id, (Factor(self.name, self.family, answering.now),))

    def _parse(self, message: str, wanted: dict[str, object]) -> SiweMessage:
        if len(message) > _LONGEST_MESSAGE:
            raise ProofRefused
        try:
            parsed = SiweMessage.from_message(message, abnf=False)
            same = parsed.prepare_message() == message
        except ValueError:
            raise ProofRefused from None
        said = {
            "domain": parsed.domain,
            "uri": parsed.uri,
            "version": str(parsed.version),
            "chainId": parsed.chain_id,
            "nonce": parsed.nonce,
            "expirationTime": str(parsed.expiration_time),
        }
        if not same or any(wanted[name] != value for name, value in said.items()):
            raise ProofRefused
        return parsed


def _verify_signature(
    parsed: SiweMessage, signature: str, now: int, node: Callable[[], Caller] | None
) -> None:
    if not _SIGNATURE.fullmatch(signature) or len(signature) > _LONGEST_SIGNATURE:
        raise ProofRefused
    try:
        issued = datetime.fromisoformat(str(parsed.issued_at)).timestamp()
        if issued > now + _LEEWAY:
            raise ProofRefused
        parsed.verify(signature, timestamp=datetime.fromtimestamp(now, UTC))
    except InvalidSignature:
        if node is None or not _contract_agrees(parsed, signature, node()):
            raise ProofRefused from None
    except (VerificationError, ValueError, TypeError):
        raise ProofRefused from None


def _contract_agrees(parsed: SiweMessage, signature: str, node: Caller) -> bool:
    """ERC-1271's answer: the magic value in exactly one word."""
    text = parsed.prepare_message().encode()
    digest = Digest(keccak(b"\x19Ethereum Signed Message:\n%d" % len(text) + text))
    given = bytes.fromhex(signature[2:])
    data = (
        _MAGIC
        + digest
        + (64).to_bytes(32, "big")
        + len(given).to_bytes(32, "big")
        + given.ljust(-(-len(given) // 32) * 32, b"\0")
    )
    call = {"to": parsed.address, "data": to_data(data), "gas": to_quantity(_CALL_GAS)}
    try:
        answer = read_data(node.call("eth_call", call, "latest"), "eth_call")
    except (NodeError, TransportError):
        return False
    return answer == _MAGIC.ljust(32, b"\0")


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
