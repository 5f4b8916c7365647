"""An election on a development chain: its people act, and it remembers what settling needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bench.harness.abi import Event
from bench.harness.devchain import Receipt
from bench.harness.people import Draws, Person, draws, person
from bench.harness.plan import TEXT, TRUSTEES, Plan
from bench.harness.system import System
from hanpyo.protocol.acts import Terms, seals_hash
from hanpyo.protocol.batch import (
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    Listing,
    encode_compact,
)
from hanpyo.protocol.domain import Domain, manifest_hash
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.messages import (
    Ballot,
    Credential,
    Message,
    credential_list_hash,
    digest,
    struct_digest,
)
from hanpyo.protocol.roll import ENTRY_BYTES
from hanpyo.protocol.streams import encode_stream
from hanpyo.protocol.tree import batch_root
from hanpyo.protocol.types import ZERO_WORD, Address, BallotKind, Digest, Secrecy
from hanpyo.secrecy.escrow import Sealed, seal

_ROLL_PIECE = 2_000
RELAY = person("relay")


@dataclass(frozen=True)
class Act:
    """One act of a voter before anyone signed it."""

    terms: Terms
    payload: bytes
    content: Digest
    escrow_hash: Digest
    choices: bytes
    salt: bytes = ZERO_WORD

    @property
    def voter(self) -> int:
        """The voter number."""
        return self.terms.voter

    @cached_property
    def message(self) -> Ballot:
        """What the voter signs."""
        terms = self.terms
        return Ballot(
            terms.voter, terms.epoch, terms.revision, terms.kind, self.content, self.escrow_hash
        )

    @cached_property
    def leaf(self) -> Digest:
        """The leaf it makes as a first."""
        return self.terms.leaf(self.content)

    @cached_property
    def hash(self) -> Digest:
        """The hash that stands for it in slots and seals."""
        return self.terms.act(self.content, self.escrow_hash)


@dataclass
class Trial:
    """An election and what was recorded in it."""

    system: System
    plan: Plan
    address: Address
    created: Receipt
    batches: list[list[Act]] = field(default_factory=list)
    """The firsts of each batch."""
    held: dict[int, Act] = field(default_factory=dict)
    """The act in each voter's slot."""
    _known: dict[bytes, Act] = field(default_factory=dict)

    @classmethod
    def create(cls, system: System, plan: Plan, nonce: int = 0) -> "Trial":
        """Create the election and leave it a draft."""
        manifest = plan.manifest.encode()
        data = system.interface.encode("createElection", manifest, nonce)
        receipt = system.transact(plan.organiser.address, system.factory, data)
        created = next(e for e in system.events(receipt) if e.name == "ElectionCreated")
        return cls(system, plan, Address(bytes.fromhex(created["election"][2:])), receipt)

    @classmethod
    def open(cls, system: System, plan: Plan, nonce: int = 0) -> "Trial":
        """Create, publish, freeze, and go to the first second of voting."""
        trial = cls.create(system, plan, nonce)
        trial.publish()
        trial.organise("freeze")
        system.chain.mine_at(plan.times.opens_at)
        return trial

    @cached_property
    def domain(self) -> Domain:
        """What signatures are bound to."""
        bound = manifest_hash(self.system.hash, self.plan.manifest.encode())
        return Domain(self.system.chain.rpc.chain_id(), self.address, bound)

    @cached_property
    def form(self) -> BatchForm:
        """How its batches are laid out."""
        return BatchForm.of(self.plan.manifest)

    @property
    def is_sealed(self) -> bool:
        """Whether ballots are sealed."""
        return self.plan.secrecy is Secrecy.SEALED

    def organise(self, function: str, *arguments: object) -> Receipt:
        """A call by the organiser."""
        return self.do(function, *arguments, sender=self.plan.organiser)

    def do(
        self, function: str, *arguments: object, sender: Person = RELAY, **options: Any
    ) -> Receipt:
        """A call by anyone; raises `Reverted`."""
        data = self.system.interface.encode(function, *arguments)
        return self.system.transact(sender.address, self.address, data, **options)

    def read(self, function: str, *arguments: object) -> Any:
        """The result of a view function."""
        return self.system.read(self.address, function, *arguments)

    def publish(self) -> list[Receipt]:
        """Publish text and roll."""
        receipts = [self.organise("publishText", TEXT)]
        if self.plan.roll_size:
            return receipts
        roll = self.plan.roll_file
        for first in range(0, len(roll) // ENTRY_BYTES, _ROLL_PIECE):
            piece = roll[first * ENTRY_BYTES : (first + _ROLL_PIECE) * ENTRY_BYTES]
            receipts.append(self.organise("publishRoll", first, piece))
        return receipts

    def act(
        self,
        voter: int,
        choices: bytes = b"",
        *,
        random: Draws | None = None,
        payload: bytes | None = None,
        **terms: int,
    ) -> Act:
        """An act with its payload; a sealed one is sealed with reproducible randomness."""
        known = {"weight": self.plan.weight_of(voter), "class_": self.plan.class_of(voter)}
        full = Terms(voter, **(known | terms))
        length = self.plan.manifest.choices_length
        choices = choices or bytes(length)
        sealed: Sealed | None = None
        if payload is None:
            if full.kind == BallotKind.WITHDRAWAL:
                payload = bytes(self.form.payload_length)
            elif self.is_sealed:
                source = random or draws(f"seal {voter} {full.epoch} {full.revision}")
                sealed = self.seal(choices, full, source)
                payload = sealed.payload
            else:
                payload = choices
        content, escrow_hash = self.form.content(full.kind, payload)
        salt = sealed.salt if sealed else ZERO_WORD
        made = Act(full, payload, Digest(content), Digest(escrow_hash), choices, salt)
        self._known[made.hash] = made
        return made

    def seal(self, choices: bytes, terms: Terms, random: Draws) -> Sealed:
        """A sealed ballot."""
        position = Position(self.domain.context, terms.voter, terms.epoch, terms.revision)
        return seal(choices, TRUSTEES.public, position, random.below)

    def credential(self, act: Act, key: bytes | None = None) -> Credential:
        """The registrars' statement about the act's voter."""
        terms = act.terms
        own = key or self.voter(act.voter).key_id
        return Credential(terms.voter, own, terms.weight, terms.class_, terms.epoch)

    def voter(self, number: int) -> Person:
        """Who votes as a voter number."""
        return person(f"voter {number}")

    def digest(self, message: Message) -> Digest:
        """What is signed of a message."""
        return digest(self.domain, message)

    def attest(
        self, hash_: Digest, signers: Sequence[int] | None = None
    ) -> tuple[Attestation, ...]:
        """Registrars' signatures of a digest."""
        numbers = range(self.plan.threshold) if signers is None else signers
        keys = self.plan.registrar_keys
        return tuple(Attestation(number, keys[number].sign(hash_)) for number in numbers)

    def record(
        self, act: Act, *, each: bool = False, signer: Person | None = None
    ) -> CompactRecord:
        """The act signed by its voter and, with `each`, with its own credential."""
        terms = act.terms
        own = signer or self.voter(act.voter)
        attestations: tuple[Attestation, ...] = ()
        if each:
            attestations = self.attest(self.digest(self.credential(act, own.key_id)))
        return CompactRecord(
            terms.voter,
            own.sign(self.digest(act.message)),
            act.payload,
            terms.weight,
            terms.class_,
            terms.epoch,
            terms.revision,
            terms.kind,
            attestations,
        )

    def compact(
        self,
        acts: Sequence[Act],
        *,
        each: bool = False,
        extras: Sequence[tuple[int, bytes]] = (),
        signers: Mapping[int, Person] | None = None,
    ) -> bytes:
        """A compact batch of acts as an honest relay makes it."""
        signers = signers or {}
        records = [self.record(act, each=each, signer=signers.get(act.voter)) for act in acts]
        if each:
            return encode_compact(CompactBatch.shortest(records), self.form)
        own = [
            self.credential(act, signers[act.voter].key_id if act.voter in signers else None)
            for act in acts
        ]
        listing = Listing((), tuple(extras))
        hashes = listing.arrange([each_.struct_hash() for each_ in own])
        hash_ = struct_digest(self.domain, credential_list_hash([Digest(h) for h in hashes]))
        signed = Listing(self.attest(hash_), tuple(extras))
        return encode_compact(CompactBatch.shortest(records, signed), self.form)

    def cast(self, acts: Sequence[Act], **options: Any) -> Receipt:
        """Send a compact batch."""
        return self.submit("cast", self.compact(acts, **options))

    def submit(self, function: str, batch: bytes, **options: Any) -> Receipt:
        """Send the bytes of a batch and remember what was recorded."""
        receipt = self.do(function, batch, **options)
        self.note(receipt)
        return receipt

    def note(self, receipt: Receipt) -> list[Event]:
        """Remember what a transaction recorded; returns its events."""
        events = self.system.events(receipt)
        firsts: list[Act] = []
        for event in events:
            if event.name == "BatchRecorded":
                self.batches.append(firsts)
            elif "terms" in event.values:
                act = self._recorded(event)
                if act.terms.order == 0 and act.terms.kind == BallotKind.BALLOT:
                    firsts.append(act)
                else:
                    self.held[act.voter] = act
        return events

    def _recorded(self, event: Event) -> Act:
        terms = Terms.unpack(event["terms"].to_bytes(32, "big"))
        content: bytes = ZERO_WORD
        escrow = b""
        length = self.plan.manifest.choices_length
        if event.name in ("BallotCast", "LongBallotCast"):
            content = keccak(event["choices"][:length])
        elif event.name in ("BallotSealed", "LongBallotSealed"):
            content = event["envelope"]
            whole = event.values.get("escrow") or event["escrowHead"] + event["escrowTail"]
            escrow = whole[: 33 + length]
        escrow_hash = keccak(escrow) if escrow else ZERO_WORD
        known = self._known.get(terms.act(content, escrow_hash))
        if known is None:
            # The same act in another channel: its voter had checked in.
            told = (terms.voter, content, escrow_hash)
            acts = self._known.values()
            base = next(a for a in acts if (a.voter, a.content, a.escrow_hash) == told)
            known = Act(
                terms, base.payload, base.content, base.escrow_hash, base.choices, base.salt
            )
        return known

    def skipped(self, receipt: Receipt) -> list[tuple[int, int]]:
        """The (voter, reason) of each act that a transaction skipped."""
        events = self.system.events(receipt)
        return [(e["voter"], e["reason"]) for e in events if e.name == "BallotSkipped"]

    def seals(self, batch: int) -> Digest | bytes:
        """The seals hash of a batch, numbered from 1."""
        if not self.is_sealed:
            return ZERO_WORD
        return seals_hash([act.hash for act in self.batches[batch - 1]])

    def root(self, batch: int) -> Digest:
        """The root of a batch's tree."""
        return batch_root([act.leaf for act in self.batches[batch - 1]])

    def head(self, act: Act, flags: int) -> bytes:
        """A stream record's `u32 voter` and what the flags add to it."""
        terms = act.terms
        parts = [terms.voter.to_bytes(4, "big")]
        if flags & 1:
            parts.append(terms.weight.to_bytes(8, "big"))
        if flags & 2:
            parts.append(terms.class_.to_bytes(2, "big"))
        if flags & 4:
            parts.append(terms.channel.to_bytes(1, "big"))
        return b"".join(parts)

    def flags(self, acts: Iterable[Act]) -> int:
        """The shortest stream flags that say all of these acts."""
        terms = [act.terms for act in acts]
        return (
            (1 if any(each.weight != 1 for each in terms) else 0)
            | (2 if any(each.class_ for each in terms) else 0)
            | (4 if any(each.channel for each in terms) else 0)
        )

    def opening(self, batch: int, voters: Iterable[int] | None = None) -> bytes:
        """The stream that opens these voters' firsts of a batch; all by default."""
        acts = self.batches[batch - 1]
        wanted = {act.voter for act in acts} if voters is None else set(voters)
        flags = self.flags(acts)
        records = {
            at: self.head(act, flags) + act.salt + act.choices
            for at, act in enumerate(acts)
            if act.voter in wanted
        }
        return bytes((flags,)) + encode_stream([act.leaf for act in acts], records)

    def open_batch(self, batch: int, voters: Iterable[int] | None = None) -> Receipt:
        """Open firsts of a batch."""
        return self.do("open", batch, self.seals(batch), self.opening(batch, voters))

    def open_acts(self, voters: Iterable[int]) -> Receipt:
        """Open the live ballots in slots."""
        acts = [self.held[voter] for voter in voters]
        return self.do(
            "openActs",
            b"".join(self.head(a, 7) + a.escrow_hash + a.salt + a.choices for a in acts),
        )

    def settling(self, batch: int, voters: Iterable[int]) -> bytes:
        """The stream that settles voters; those with a first have it in this batch."""
        acts = self.batches[batch - 1] if batch else []
        wanted = set(voters)
        flags = self.flags(acts)
        inside: dict[int, bytes] = {}
        for at, act in enumerate(acts):
            if act.voter in wanted:
                content = act.content if self.is_sealed else act.choices
                inside[at] = self.head(act, flags) + content + self._live(act.voter)
        outside = [
            voter.to_bytes(4, "big") + self._live(voter)
            for voter in sorted(wanted - {act.voter for act in acts})
        ]
        stream = bytes((flags,))
        if inside:
            return stream + encode_stream([act.leaf for act in acts], inside, outside)
        return stream + b"".join(b"\xff" + record for record in outside)

    def settle(self, batch: int, voters: Iterable[int]) -> Receipt:
        """Settle voters."""
        seals = self.seals(batch) if batch else ZERO_WORD
        return self.do("settle", batch, seals, self.settling(batch, voters))

    def release_key(self) -> Receipt:
        """Publish the trustees' secret."""
        return self.do("releaseKey", TRUSTEES.secret)

    def _live(self, voter: int) -> bytes:
        act = self.held[voter]
        if act.terms.kind != BallotKind.BALLOT:
            return b""
        tail = act.content + act.escrow_hash if self.is_sealed else act.choices
        return self.head(act, 7)[4:] + tail
