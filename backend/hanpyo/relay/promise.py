"""The relay's word that a ballot will be on the record by a block time: EIP-712, checked by anyone.

It is kept by any recorded act of that voter of equal or higher order. It ends without fault when a
rebind or a desk act outdates the ballot, or its contract wallet refuses it.
"""

from hanpyo.chain.keys import Key
from hanpyo.protocol.domain import Domain
from hanpyo.protocol.messages import Promise
from hanpyo.protocol.types import Digest
from hanpyo.relay.keys import signer_of


def sign_promise(key: Key, domain: Domain, ballot: Digest, include_by: int) -> bytes:
    """The 65-byte signature of the promise."""
    return key.sign_message_payload(_payload(domain, ballot, include_by))


def promised_by(domain: Domain, ballot: Digest, include_by: int, signature: bytes) -> str:
    """The address, in lower-case hex, that made this promise; raises `SignatureError`."""
    return "0x" + signer_of(_payload(domain, ballot, include_by), signature).hex()


def _payload(domain: Domain, ballot: Digest, include_by: int) -> bytes:
    return b"\x19\x01" + domain.separator + Promise(ballot, include_by).struct_hash()
