"""A whole election for the auditor to look at: every kind of voter, act and end, on a real chain.

Forty members in two groups with weights, three items; some vote again, withdraw, are rebound; some
are listed by address, contract wallet, P-256 or WebAuthn key; the desk takes paper and checks in;
one ballot has a bad escrow; one batch comes through another contract; some acts must be skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from eth_utils.address import to_checksum_address

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.tickets import TransactionRequest
from hanpyo.elections import lifecycle
from hanpyo.elections.casting import Booth, SignedAct, Voter, listed_batch
from hanpyo.elections.hosting import Host
from hanpyo.elections.officials import Officials, Signers
from hanpyo.elections.plan import Periods, Plan, manifest_for
from hanpyo.elections.record import RecordedFirsts, read_record
from hanpyo.protocol.agenda import Base, Decision, Item, Method, Rule, Share, Unit
from hanpyo.protocol.batch import (
    Attestation,
    CompactBatch,
    CompactRecord,
    DeskRecord,
    WideRecord,
    encode_compact,
    encode_desk,
    encode_wide,
)
from hanpyo.protocol.calls import opening_stream
from hanpyo.protocol.choices import Selection, encode_unchecked
from hanpyo.protocol.envelopes import Position
from hanpyo.protocol.hashing import keccak, word
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.messages import Ballot, Credential, DeskAct, Rebind, digest
from hanpyo.protocol.roll import RollEntry, member_commitment, roll_tree
from hanpyo.protocol.signatures import address_key_id, address_of, expand, sign
from hanpyo.protocol.types import (
    Address,
    BallotKind,
    Channel,
    DeskKind,
    EntryKind,
    KeyType,
    Secrecy,
)
from hanpyo.secrecy.escrow import Sealed, seal
from hanpyo.secrecy.trustee import TrusteeKey
from tests.integration.audit.accounts import WALLET_CODE, WRAPPER_CODE, Passkey

PERIODS = Periods(lead=3_600, voting=86_400, desk=3_600, gap=3_600, release=3_600, challenge=3_600)
MEMBERS = 40
LISTED, WALLET, P256, WEBAUTHN = 30, 31, 32, 33
AGAIN, WITHDRAWN, BACK, REBOUND, PAPER, IN_PERSON, CHECKED_IN, BAD = 1, 2, 3, 4, 5, 6, 7, 8
WRAPPED = 34
ONLY_PAPER = 35
ABSENT = (38, 39)

ITEMS = (
    Item(
        Method.CHOOSE_ONE,
        3,
        rule=Rule(
            Decision.THRESHOLD,
            Unit.BOTH,
            Base.DECIDED,
            quorum=Share(1, 2, True),
            presence=Share(1, 100, False),
            approval=Share(1, 2, True),
        ),
    ),
    Item(Method.APPROVAL, 4, maximum=3, costs=(40, 30, 20, 10)),
    Item(Method.RANKING, 3, maximum=3, eligible=frozenset({0})),
)
TEXT = {
    "title": "총회 / general assembly",
    "votingCode": {
        "voter.js": "sha384-" + "A" * 64,
        "site.js": "none",
        "<b>": "sha384-" + "B" * 64,
    },
    "items": [
        {"title": {"ko": "예산안", "en": "budget"}, "options": ["찬성", "반대", "기권"]},
        {
            "title": "projects",
            "options": ["a", "b", "c", "d"],
            "counting": {"method": "greedy-skip threshold=0", "budget": 60},
        },
        {
            "title": "board",
            "options": ["x", "y", "z"],
            "counting": {"method": "irv seats=1"},
        },
    ],
}


def weight_of(voter: int) -> int:
    return 1 + voter % 3


def class_of(voter: int) -> int:
    return voter % 2


def key_of(voter: int, epoch: int = 0) -> bytes:
    return keccak(f"voter {voter} epoch {epoch}".encode())


@dataclass(frozen=True)
class Scene:
    """An election under way, its officials and its roll."""

    host: Host
    plan: Plan
    officials: Officials
    contract: ElectionContract
    wallet: Address

    @cached_property
    def booth(self) -> Booth:
        return Booth.of(self.contract)

    @property
    def address(self) -> Address:
        return Address(bytes.fromhex(self.contract.address[2:]))

    def choices(self, *selections: Selection) -> bytes:
        return encode_unchecked(self.plan.items, selections)

    def some_choices(self, voter: int) -> bytes:
        approved = [1 + voter % 4] if voter % 5 else [1, 2]
        ranked = (
            [] if class_of(voter) else [1 + (voter + place) % 3 for place in range(1 + voter % 3)]
        )
        return self.choices([1 + voter % 2] if voter % 7 else [], approved, ranked)

    def voter(self, number: int, epoch: int = 0) -> Voter:
        return Voter(number, key_of(number, epoch), weight_of(number), class_of(number))

    def ballot(
        self, number: int, choices: bytes | None = None, *, epoch: int = 0, revision: int = 0
    ) -> SignedAct:
        voter = self.voter(number, epoch)
        made = self.some_choices(number) if choices is None else choices
        return SignedAct(voter, self.booth.ballot(voter, made, epoch=epoch, revision=revision))

    def withdrawal(self, number: int, *, revision: int) -> SignedAct:
        voter = self.voter(number)
        return SignedAct(voter, self.booth.withdrawal(voter, revision=revision))

    def batch(self, acts: Sequence[SignedAct]) -> bytes:
        return listed_batch(self.booth, acts, self.officials.registrars)

    def cast(self, acts: Sequence[SignedAct]) -> None:
        self.send(self.contract.cast(self.batch(acts)))

    def cast_each(self, acts: Sequence[SignedAct]) -> None:
        """A compact batch whose records carry their own credentials."""
        records = [self.attested(act) for act in acts]
        batch = encode_compact(CompactBatch.shortest(records), self.booth.form)
        self.send(self.contract.cast(batch))

    def attested(self, act: SignedAct) -> CompactRecord:
        record = act.record
        key = address_key_id(address_of(act.voter.key))
        credential = Credential(record.voter, key, record.weight, record.class_, record.epoch)
        return CompactRecord(
            record.voter,
            record.signature,
            record.payload,
            record.weight,
            record.class_,
            record.epoch,
            record.revision,
            record.kind,
            self.officials.registrars.attest_message(self.booth.domain, credential),
        )

    def send(self, request: TransactionRequest) -> None:
        self.host.venue.relay.transact(request)

    def sealed(self, choices: bytes, voter: int, epoch: int = 0) -> Sealed:
        key = self.contract.manifest.trustee_key
        assert key is not None
        return seal(choices, key, Position(self.booth.domain.context, voter, epoch, 0))

    def payload(self, choices: bytes, voter: int, *, epoch: int = 0) -> bytes:
        if self.contract.manifest.trustee_key is None:
            return choices
        return self.sealed(choices, voter, epoch).payload

    def bad_ballot(self, number: int, salts: dict[int, bytes] | None = None) -> SignedAct:
        """A ballot whose escrow holds other choices than its envelope; `salts` gets its salt."""
        voter = self.voter(number)
        made = self.sealed(self.some_choices(number), number)
        if salts is not None:
            salts[number] = made.salt
        payload = made.envelope + made.escrow[:-1] + bytes((made.escrow[-1] ^ 1,))
        content = self.booth.form.content(BallotKind.BALLOT, payload)
        signed = digest(self.booth.domain, Ballot(number, 0, 0, BallotKind.BALLOT, *content))
        record = CompactRecord(number, sign(signed, voter.key), payload, voter.weight, voter.class_)
        return SignedAct(voter, record)

    def wide(self, number: int, *, listed: bool = True) -> WideRecord:
        """A listed voter's ballot with whatever key the roll lists; or a member's, attested."""
        payload = self.payload(self.some_choices(number), number)
        content = self.booth.form.content(BallotKind.BALLOT, payload)
        signed = digest(self.booth.domain, Ballot(number, 0, 0, BallotKind.BALLOT, *content))
        key_type, key, signature = KeyType.ADDRESS, address_of(key_of(number)), b""
        passkey = PASSKEYS.get(number)
        if number == WALLET:
            key, signature = self.wallet, b"anything"
        elif passkey is not None:
            key_type, key = passkey.key_type, Address(passkey.encoded)
            signature = passkey.sign(signed)
        else:
            signature = expand(sign(signed, key_of(number)))
        entry = self.plan.roll[number]
        attestations: tuple[Attestation, ...] = ()
        proof: tuple[bytes, ...] | None = None
        if listed:
            proof = roll_tree(self.plan.roll).proof(entry.leaf(number))
        else:
            credential = Credential(
                number, address_key_id(Address(key)), entry.weight, entry.class_, 0
            )
            attestations = self.officials.registrars.attest_message(self.booth.domain, credential)
        return WideRecord(
            number,
            key_type,
            key,
            signature,
            payload,
            entry.weight,
            entry.class_,
            attestations=attestations,
            proof=proof,
        )

    def desk(
        self, number: int, act: int, channel: int, epoch: int, payload: bytes | None = None
    ) -> DeskRecord:
        """An act on the word of two clerks; a check-in carries nothing."""
        bare = act == DeskKind.CHECK_IN
        form, domain = self.booth.form, self.booth.domain
        own = payload
        if own is None:
            made = self.payload(self.some_choices(number), number, epoch=epoch)
            own = bytes(form.payload_length) if bare else made
        kind = BallotKind.BALLOT if act < DeskKind.BOXED else BallotKind.WITHDRAWAL
        weight, class_ = (0, 0) if bare else (weight_of(number), class_of(number))
        message = DeskAct(number, act, channel, epoch, weight, class_, *form.content(kind, own))
        first, second = self.officials.clerks.attest_message(domain, message)
        return DeskRecord(number, act, channel, epoch, weight, class_, own, (first, second))

    def cast_wide(self, records: Sequence[WideRecord]) -> None:
        self.send(self.contract.cast_wide(encode_wide(records, self.booth.form)))

    def cast_desk(self, records: Sequence[DeskRecord]) -> None:
        self.send(self.desk_request(records))

    def desk_request(self, records: Sequence[DeskRecord]) -> TransactionRequest:
        return self.contract.cast_desk(encode_desk(records, self.booth.form))

    def rebind(self, number: int, epoch: int) -> TransactionRequest:
        message = Rebind(number, epoch)
        signed = self.officials.registrars.attest_message(self.booth.domain, message)
        parts = b"".join(bytes((each.index,)) + each.signature for each in signed)
        return self.contract.rebind(number, epoch, parts)

    def wrap(self, request: TransactionRequest) -> TransactionRequest:
        """The same call through another contract."""
        receipt = self.host.venue.relay.transact(TransactionRequest(to=None, data=WRAPPER_CODE))
        assert receipt.contract is not None
        target = word(int(self.contract.address, 16))
        return TransactionRequest(to=receipt.contract, data=target + request.data, gas=12_000_000)

    def open_first(self, number: int, choices: bytes, salt: bytes) -> None:
        """Open one first as its voter can, whatever its escrow holds."""
        batch, position = self._batch_of(number)
        acts = [first.act for first in batch.firsts]
        stream = opening_stream(acts, {position: (choices, salt)})
        self.send(self.contract.open(batch.number, batch.seals, stream))

    def void_opened(self, number: int, choices: bytes, salt: bytes) -> None:
        """Void a first that was opened already."""
        batch, position = self._batch_of(number)
        first = batch.firsts[position]
        terms = int.from_bytes(first.act.terms.pack(), "big")
        ballot = (terms, first.act.content, first.escrow, salt, choices)
        seals = [each.act.hash for each in batch.firsts]
        self.send(self.contract.void_first(batch.number, batch.root, seals, position, ballot))

    def _batch_of(self, number: int) -> tuple[RecordedFirsts, int]:
        for batch in read_record(self.contract).batches.values():
            for position, first in enumerate(batch.firsts):
                if first.voter == number:
                    return batch, position
        raise LookupError(number)

    def wait_until(self, time: int) -> None:
        self.host.venue.clock.wait_until(time)


PASSKEYS = {P256: Passkey(77, KeyType.P256), WEBAUTHN: Passkey(78, KeyType.WEBAUTHN)}


def announce(host: Host, secrecy: Secrecy, *, roll_in_file: bool = False) -> Scene:
    """The election created, published and frozen, and voting begun."""
    receipt = host.venue.relay.transact(TransactionRequest(to=None, data=WALLET_CODE))
    wallet = Address(bytes.fromhex(str(receipt.contract)[2:]))
    plan = Plan(
        secrecy, TEXT, ITEMS, _roll(wallet), (ClassRow(0), ClassRow(1)), roll_in_file=roll_in_file
    )
    officials = Officials(
        registrars=Signers.generate(3, 2),
        clerks=Signers.generate(2, 2),
        trustee=TrusteeKey.generate() if secrecy is Secrecy.SEALED else None,
    )
    organiser = Address(bytes.fromhex(host.venue.organiser.address[2:]))
    timetable = PERIODS.starting(host.venue.clock.now())
    manifest = manifest_for(plan, organiser, timetable, officials)
    contract = lifecycle.create(host.venue.organiser, host.factory, manifest)
    lifecycle.publish_and_freeze(host.venue.organiser, contract, plan)
    scene = Scene(host, plan, officials, contract, wallet)
    scene.wait_until(timetable.opens_at)
    return scene


def _roll(wallet: Address) -> tuple[RollEntry, ...]:
    blinds = Random(7)
    listed = {
        LISTED: address_key_id(address_of(key_of(LISTED))),
        WALLET: address_key_id(wallet),
        **{number: passkey.key_id for number, passkey in PASSKEYS.items()},
    }
    return tuple(
        RollEntry(
            EntryKind.LISTED if number in listed else EntryKind.ATTESTED,
            listed.get(number)
            or member_commitment(f"member {number}".encode(), blinds.randbytes(32)),
            weight_of(number),
            class_of(number),
        )
        for number in range(MEMBERS)
    )


def vote(scene: Scene) -> None:
    """Everybody's acts, the good and the skipped."""
    plain = [n for n in range(30) if n not in (BAD, IN_PERSON, CHECKED_IN)]
    is_sealed = scene.plan.secrecy is Secrecy.SEALED
    acts = [scene.ballot(number) for number in plain]
    scene.cast_desk([scene.desk(CHECKED_IN, DeskKind.CHECK_IN, 0, 0)])
    scene.cast([scene.bad_ballot(BAD) if is_sealed else scene.ballot(BAD), *acts[:12]])
    scene.cast(acts[12:])
    scene.cast_each([scene.ballot(CHECKED_IN), scene.ballot(36)])
    scene.cast_wide([scene.wide(n) for n in (LISTED, WALLET, P256, WEBAUTHN)])
    scene.cast_wide([scene.wide(37, listed=False)])
    scene.send(scene.wrap(scene.contract.cast(scene.batch([scene.ballot(WRAPPED)]))))
    again = scene.ballot(AGAIN, scene.choices([2], [3], []), revision=1)
    scene.cast([again, scene.withdrawal(WITHDRAWN, revision=1), scene.withdrawal(BACK, revision=1)])
    scene.cast([scene.ballot(BACK, revision=2), again])
    scene.send(scene.rebind(REBOUND, 1))
    scene.cast([scene.ballot(REBOUND, epoch=1), scene.ballot(REBOUND, revision=5)])
    scene.cast_desk(
        [
            scene.desk(PAPER, DeskKind.NAMED, Channel.PAPER, 1),
            scene.desk(IN_PERSON, DeskKind.IN_PERSON, Channel.IN_PERSON, 65535),
            scene.desk(ONLY_PAPER, DeskKind.NAMED, Channel.PROXY, 1),
            scene.desk(CHECKED_IN, DeskKind.CHECK_IN, 0, 0),
            scene.desk(9, DeskKind.CHECK_IN, 0, 0, b"\1" * scene.booth.form.payload_length),
            scene.desk(9, DeskKind.BOXED, Channel.IN_PERSON, 65535),
        ]
    )
    scene.cast([scene.ballot(IN_PERSON), scene.ballot(0), scene.ballot(0, epoch=3)])


def finish(scene: Scene, *, certify: bool = True) -> None:
    """Settle, release, open, void and certify."""
    times = scene.contract.manifest.timetable
    relay = scene.host.venue.relay
    scene.wait_until(times.barrier_at)
    lifecycle.settle_all(relay, scene.contract, read_record(scene.contract))
    scene.wait_until(times.opening_at)
    if scene.officials.trustee is not None:
        scene.send(scene.contract.release_key(scene.officials.trustee.secret))
        lifecycle.open_all(relay, scene.contract, read_record(scene.contract))
    scene.wait_until(times.certify_at)
    if certify:
        scene.send(scene.contract.certify())


def checksum(address: bytes) -> str:
    return to_checksum_address(address)
