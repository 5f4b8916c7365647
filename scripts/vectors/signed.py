"""Vectors of signed messages, key ids and receipts."""

from dataclasses import replace

from hanpyo.protocol import domain, messages, receipts
from hanpyo.protocol.signatures import address_key_id, address_of, point_key_id, sign
from hanpyo.protocol.types import KeyType
from scripts.vectors.common import CHAIN_ID, ELECTION, Vectors, hexed, private_key, vector_domain
from tests.strategies.examples import address, example_manifest


def message_vectors() -> Vectors:
    """Every message with its hashes, a signature and its receipt code."""
    sealed_domain = vector_domain(example_manifest())
    key = address_key_id(address_of(private_key(0)))
    credential = messages.Credential(7, key, 5, 1, 0)
    samples: list[messages.Message] = [
        messages.Ballot(7, 0, 0, 1, b"\x11" * 32, b"\x22" * 32),
        messages.Ballot((1 << 32) - 1, 65535, 1023, 2, bytes(32), bytes(32)),
        credential,
        messages.CredentialList(()),
        messages.CredentialList((credential, replace(credential, voter=8, epoch=3))),
        messages.Rebind(7, 1),
        messages.DeskAct(7, 1, 2, 1, 5, 1, b"\x33" * 32, b"\x44" * 32),
        messages.DeskAct(7, 4, 0, 0, 0, 0, bytes(32)),
        messages.BoxCount(3, b"\x55" * 32),
        messages.Promise(b"\x66" * 32, 1_800_000_000),
    ]
    return {
        "chainId": CHAIN_ID,
        "election": hexed(ELECTION),
        "manifestHash": hexed(sealed_domain.manifest_hash),
        "domainSeparator": hexed(sealed_domain.separator),
        "keyIds": [
            {"type": 1, "address": hexed(address(5)), "keyId": hexed(address_key_id(address(5)))},
            *(
                {
                    "type": int(kind),
                    "x": hexed(b"\x0a" * 32),
                    "y": hexed(b"\x0b" * 32),
                    "keyId": hexed(
                        point_key_id(
                            kind, *(int.from_bytes(each * 32) for each in (b"\x0a", b"\x0b"))
                        )
                    ),
                }
                for kind in (KeyType.P256, KeyType.WEBAUTHN)
            ),
        ],
        "messages": [
            signed_vector(sealed_domain, number, message) for number, message in enumerate(samples)
        ],
    }


def signed_vector(over: domain.Domain, number: int, message: messages.Message) -> Vectors:
    """One message, signed by test signer `number`."""
    typed = messages.typed_data(over, message)
    digest = messages.digest(over, message)
    return {
        "type": typed["primaryType"],
        "message": typed["message"],
        "structHash": hexed(message.struct_hash()),
        "digest": hexed(digest),
        "privateKey": hexed(private_key(number)),
        "signer": hexed(address_of(private_key(number))),
        "signature": hexed(sign(digest, private_key(number))),
        "shortCode": receipts.short_code(digest),
    }
