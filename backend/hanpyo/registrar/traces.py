"""A registrar's own signatures on the chain, found again in the transactions that carry them.

Each is taken from the calldata and recovered, so that one it never made, or made and never entered,
shows. Calls that went through another contract cannot be read here and are counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from hanpyo.chain.contracts import election_interface
from hanpyo.chain.transactions import Transaction
from hanpyo.protocol.batch import (
    ATTESTATION_BYTES,
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    WideRecord,
    decode_compact,
    decode_wide,
)
from hanpyo.protocol.messages import Credential, Rebind, credential_list_hash, struct_digest
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.signatures import SignatureError, address_key_id, recover
from hanpyo.protocol.types import ZERO_WORD, Digest
from hanpyo.protocol.voter_keys import wide_key_id
from hanpyo.registrar.frozen import FrozenElection

_CALLS: Final = ("cast", "castWide", "castDesk", "rebind")


@dataclass(frozen=True, slots=True)
class Trace:
    """A message on the chain that carries this registrar's signature; voter None: of a list."""

    kind: str
    voter: int | None
    struct_hash: bytes


@dataclass(frozen=True)
class TraceReader:
    """Reads the transactions of one election for one registrar."""

    election: FrozenElection

    def read(self, transaction: Transaction) -> list[Trace] | None:
        """The registrar's signatures in a transaction; None when it cannot be read."""
        contract = self.election.contract
        if transaction.to != contract.address:
            return None
        functions = election_interface().functions
        for name in _CALLS:
            function = functions[name]
            if transaction.data[:4] == function.selector:
                try:
                    arguments = decode(function.takes, transaction.data[4:])
                    return list(self._of_call(name, arguments))
                except (DecodingError, EncodingError):
                    return None
        return None

    def _of_call(self, name: str, arguments: tuple[Any, ...]) -> Iterator[Trace]:
        if name == "cast":
            yield from self._compact(decode_compact(arguments[0], self._form))
        elif name == "castWide":
            for record in decode_wide(arguments[0], self._form):
                if record.proof is None:
                    yield from self._single(record, wide_key_id(record))
        elif name == "rebind":
            yield from self._rebind(*arguments)

    @property
    def _form(self) -> BatchForm:
        return BatchForm.of(self.election.manifest)

    def _compact(self, batch: CompactBatch) -> Iterator[Trace]:
        if batch.listing is None:
            for record in batch.records:
                yield from self._single(record, self._key(record))
            return
        own = [_credential(each, self._key(each)) for each in batch.records]
        arranged = [Digest(each) for each in batch.listing.arrange(own)]
        if self._signed(credential_list_hash(arranged), batch.listing.attestations):
            voters = {hash_: each.voter for hash_, each in zip(own, batch.records, strict=True)}
            for struct_hash in arranged:
                yield Trace("credential", voters.get(struct_hash), struct_hash)

    def _single(self, record: CompactRecord | WideRecord, key: bytes) -> Iterator[Trace]:
        struct_hash = _credential(record, key)
        if self._signed(struct_hash, record.attestations):
            yield Trace("credential", record.voter, struct_hash)

    def _rebind(self, voter: int, epoch: int, signatures: bytes) -> Iterator[Trace]:
        attestations = [
            Attestation(signatures[at], signatures[at + 1 : at + ATTESTATION_BYTES])
            for at in range(0, len(signatures), ATTESTATION_BYTES)
        ]
        struct_hash = Rebind(voter, epoch).struct_hash()
        if self._signed(struct_hash, attestations):
            yield Trace("rebind", voter, struct_hash)

    def _key(self, record: CompactRecord) -> bytes:
        ballot = record.ballot(self._form).struct_hash()
        try:
            found = recover(struct_digest(self.election.domain, ballot), record.signature)
        except SignatureError:
            return ZERO_WORD
        return address_key_id(found)

    def _signed(self, struct_hash: Digest, attestations: Sequence[Attestation]) -> bool:
        """Whether this registrar's own signature of the message is among them."""
        me = self.election.manifest.registrars[self.election.index]
        signed = struct_digest(self.election.domain, struct_hash)
        try:
            return any(
                recover(signed, each.signature) == me
                for each in attestations
                if each.index == self.election.index
            )
        except SignatureError:
            return False


def _credential(record: CompactRecord | WideRecord, key: bytes) -> Digest:
    credential = Credential(record.voter, key, record.weight, record.class_, record.epoch)
    return credential.struct_hash()
