"""What all vectors share: signers, the domain, the manifests."""

from dataclasses import replace
from typing import Any

from hanpyo.protocol import domain
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import ClassRow, Group, Manifest, RollSummary
from hanpyo.protocol.types import Address, Digest, Secrecy
from tests.strategies.examples import example_manifest

SYSTEM = domain.system_hash([keccak(bytes((number,))) for number in range(8)])
ELECTION = Address(keccak(b"vector election")[12:])
CHAIN_ID = 20_261_122
Vectors = dict[str, Any]


def hexed(data: bytes) -> str:
    """Bytes as the vectors hold them."""
    return "0x" + data.hex()


def private_key(number: int) -> bytes:
    """The private key of test signer `number`."""
    return keccak(b"hanpyo test key %d" % number)


def vector_domain(manifest: Manifest) -> domain.Domain:
    """The domain of all signed vectors."""
    return domain.Domain(CHAIN_ID, ELECTION, domain.manifest_hash(SYSTEM, manifest.encode()))


def agenda(*items: Item, **changes: Any) -> Manifest:
    """A manifest with these items and one class that may choose all."""
    changes.setdefault("classes", (ClassRow(0), ClassRow(1)))
    return example_manifest(items=items, **changes)


def vector_manifests() -> dict[str, Manifest]:
    """The manifests that the vectors use, by name."""
    plain = {
        "roll": RollSummary(10, 10, 1, Digest(b"\x01" * 32), Digest(b"\x02" * 32)),
        "groups": (Group(10, 10),),
        "classes": (ClassRow(0),),
    }
    three = (Item(Method.CHOOSE_ONE, 3),) * 3
    return {
        "every feature, sealed": example_manifest(),
        "every feature, open": example_manifest(secrecy=Secrecy.OPEN),
        "three choices, sealed, unweighted": agenda(*three, **plain),
        "three choices, open, unweighted": agenda(*three, secrecy=Secrecy.OPEN, **plain),
        "no registrars, no clerks": example_manifest(registrars=(), threshold=0, clerks=()),
        "roll in a file": example_manifest(roll=replace(example_manifest().roll, in_file=True)),
        "1,024 options as a bitmap": agenda(Item(Method.APPROVAL, 1024, 1, 64)),
        "widths at 255 and 256": agenda(
            Item(Method.CHOOSE_ONE, 255),
            Item(Method.CHOOSE_ONE, 256),
            Item(Method.SCORE, 2, 1, 2, points=255),
            Item(Method.SCORE, 2, 1, 2, points=256),
        ),
    }
