"""The evidence file: one gzipped JSON object that lets anyone repeat the audit offline, for ever.

It holds the trusted block's header, the state proofs under it, code, logs, transactions, headers.
Whoever reads it trusts one block hash, which the report names; what the file says beyond what that
hash proves is held against it by the checks.
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from eth_utils.address import to_checksum_address

from hanpyo.audit.errors import AuditError, BadBundle, UnknownElection
from hanpyo.audit.evidence import Evidence, Source
from hanpyo.chain.encoding import InvalidEncoding
from hanpyo.chain.errors import UntrustworthyAnswer
from hanpyo.chain.headers import Header
from hanpyo.chain.proofs import SlotProof, StateProof
from hanpyo.chain.receipts import Log
from hanpyo.chain.transactions import Transaction
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.types import Address

FORMAT: Final = "hanpyo-evidence"
VERSION: Final = 1
_MOST_BYTES: Final = 1 << 31
"""A larger file is refused before it is unpacked whole."""


def write_bundle(source: Source, election: Address | None, path: Path) -> Evidence:
    """Collect all evidence on an election and write it to `path`; returns it for an audit."""
    evidence = source.collect(election)
    save_bundle(evidence, path)
    return evidence


def save_bundle(evidence: Evidence, path: Path) -> None:
    """Write evidence that is at hand to `path`."""
    content = orjson.dumps(encode_bundle(evidence))
    try:
        path.write_bytes(gzip.compress(content, mtime=0))
    except OSError as error:
        raise AuditError(f"the evidence file {path} cannot be written: {error.strerror}") from error


def encode_bundle(evidence: Evidence) -> dict[str, object]:
    """The evidence as a JSON object; bytes are hexadecimal, trie nodes stand once."""
    proofs, nodes = encode_proofs(evidence.proofs)
    return {
        **encode_head(evidence.chain_id, evidence.client, evidence.election, evidence.header),
        "proofs": proofs,
        "nodes": nodes,
        "code": encode_code(evidence.code),
        "headers": encode_headers(evidence.headers),
        "logs": [encode_log(log) for log in evidence.logs],
        "transactions": encode_transactions(evidence.transactions),
    }


def encode_head(chain_id: int, client: str, election: Address, header: Header) -> dict[str, object]:
    """What a file says of itself: the format, the election and the trusted block."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "chainId": chain_id,
        "client": client,
        "election": _hex(election),
        "block": {
            "number": header.number,
            "hash": _hex(header.hash),
            "header": _hex(header.encoded),
        },
    }


def encode_proofs(proofs: Iterable[StateProof]) -> tuple[list[object], list[str]]:
    """State proofs, and the trie nodes that they name by their places."""
    nodes = _Nodes()
    encoded: list[object] = [
        {
            "address": proof.address,
            "account": nodes.places(proof.nodes),
            "slots": [[hex(each.slot), nodes.places(each.nodes)] for each in proof.slots],
        }
        for proof in proofs
    ]
    return encoded, [_hex(node) for node in nodes.listed]


def encode_code(code: Mapping[Address, bytes]) -> dict[str, str]:
    """Code by its address."""
    return {_hex(address): _hex(each) for address, each in code.items()}


def encode_headers(headers: Mapping[int, Header]) -> list[str]:
    """Headers in the order of the chain."""
    return [_hex(header.encoded) for _, header in sorted(headers.items())]


def encode_transactions(transactions: Mapping[bytes, Transaction]) -> dict[str, str]:
    """Transactions by the hashes that they were asked for."""
    return {_hex(name): _hex(each.encoded) for name, each in transactions.items()}


@dataclass(frozen=True)
class BundleSource:
    """An evidence file; with `block_hash` only one of that block is taken."""

    path: Path
    block_hash: bytes | None = None

    def collect(self, election: Address | None) -> Evidence:
        """The evidence in the file.

        Raises `BadBundle` for what is no whole bundle or is of another block than demanded,
        `UnknownElection` when it is on another election.
        """
        evidence = decode_bundle(self._read(), self.path.name)
        if self.block_hash is not None and evidence.header.hash != self.block_hash:
            raise BadBundle(
                f"{self.path.name} is evidence of block 0x{evidence.header.hash.hex()}, "
                f"not of 0x{self.block_hash.hex()}"
            )
        if election is not None and evidence.election != election:
            raise UnknownElection(
                f"{self.path.name} is evidence on {to_checksum_address(evidence.election)}, "
                f"not on {to_checksum_address(election)}"
            )
        return evidence

    def _read(self) -> object:
        try:
            packed = self.path.read_bytes()
            unpacker = zlib.decompressobj(wbits=31)
            content = unpacker.decompress(packed, _MOST_BYTES)
            if not unpacker.eof:
                raise BadBundle(f"{self.path.name} is truncated or too large")
            value: object = orjson.loads(content)
        except OSError as error:
            raise BadBundle(f"{self.path} cannot be read: {error.strerror}") from error
        except (zlib.error, orjson.JSONDecodeError) as error:
            raise BadBundle(f"{self.path.name} is not an evidence file, or is damaged") from error
        return value


def decode_bundle(content: object, name: str) -> Evidence:
    """The evidence in a JSON object; `name` stands for the file in messages."""
    try:
        return _decode(content, name)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        kind = type(error).__name__
        raise BadBundle(f"{name} is damaged: a field is missing or malformed ({kind})") from error
    except UntrustworthyAnswer as error:
        raise BadBundle(f"{name} is damaged: {error}") from error


def _decode(content: object, name: str) -> Evidence:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadBundle(f"{name} is not an evidence file")
    if content["version"] != VERSION:
        raise BadBundle(f"{name} is of version {content['version']}, this program reads {VERSION}")
    header = Header.decode(_bytes(content["block"]["header"]))
    claimed = _bytes(content["block"]["hash"])
    if header.hash != claimed or header.number != content["block"]["number"]:
        raise BadBundle(f"{name} names a block that its header does not hash to")
    nodes = [_bytes(node) for node in content["nodes"]]
    headers = [Header.decode(_bytes(each)) for each in content["headers"]]
    by_number = {each.number: each for each in headers} | {header.number: header}
    return Evidence(
        chain_id=int(content["chainId"]),
        election=Address(_bytes(content["election"], 20)),
        header=header,
        source=f"the file {name}, trusting block {header.number} 0x{header.hash.hex()}",
        client=str(content["client"]),
        proofs=tuple(_decode_proof(proof, nodes) for proof in content["proofs"]),
        code={
            Address(_bytes(address, 20)): _bytes(code) for address, code in content["code"].items()
        },
        logs=tuple(_decode_log(log, content["election"], by_number) for log in content["logs"]),
        transactions=_decode_transactions(content["transactions"]),
        headers=by_number,
    )


class _Nodes:
    """Trie nodes, each listed once."""

    def __init__(self) -> None:
        self.listed: list[bytes] = []
        self._places: dict[bytes, int] = {}

    def places(self, nodes: Iterable[bytes]) -> list[int]:
        """Where these nodes stand in the list; new ones are put at its end."""
        found = []
        for node in nodes:
            key = keccak(node)
            if key not in self._places:
                self._places[key] = len(self.listed)
                self.listed.append(node)
            found.append(self._places[key])
        return found


def _decode_proof(proof: Mapping[str, object], nodes: Sequence[bytes]) -> StateProof:
    address, account, slots = proof["address"], proof["account"], proof["slots"]
    if not isinstance(account, list) or not isinstance(slots, list):
        raise TypeError("proof")
    return StateProof(
        address=to_checksum_address(_bytes(address, 20)),
        nodes=tuple(nodes[place] for place in account),
        slots=tuple(
            SlotProof(int(slot, 16), tuple(nodes[place] for place in places))
            for slot, places in slots
        ),
    )


def encode_log(log: Log) -> list[object]:
    """One log of the election."""
    return [
        log.block_number,
        log.transaction_index,
        log.log_index,
        _hex(log.transaction_hash),
        [_hex(topic) for topic in log.topics],
        _hex(log.data),
    ]


def _decode_log(fields: object, election: str, headers: Mapping[int, Header]) -> Log:
    if not isinstance(fields, list):
        raise TypeError("log")
    block, place, index, transaction, topics, data = fields
    header = headers.get(block)
    if header is None:
        raise BadBundle(f"the header of block {block}, which holds an event, is missing")
    return Log(
        address=to_checksum_address(election),
        topics=tuple(_bytes(topic, 32) for topic in topics),
        data=_bytes(data),
        block_number=block,
        block_hash=header.hash,
        transaction_hash=_bytes(transaction, 32),
        transaction_index=place,
        log_index=index,
    )


def _decode_transactions(given: Mapping[str, object]) -> dict[bytes, Transaction]:
    """The transactions under the names they have in the file; the checks hash them."""
    found = {}
    for name, encoded in given.items():
        try:
            transaction = Transaction.decode(_bytes(encoded))
        except InvalidEncoding as error:
            raise BadBundle(f"the transaction {name} is damaged: {error}") from error
        found[_bytes(name, 32)] = transaction
    return found


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _bytes(value: object, size: int | None = None) -> bytes:
    """The bytes of a hexadecimal string; ValueError, TypeError otherwise."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise TypeError("hexadecimal text")
    data = bytes.fromhex(value[2:])
    if size is not None and len(data) != size:
        raise ValueError("length")
    return data
