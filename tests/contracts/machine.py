"""Random elections, held on chain and in the reference model at once."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bench.harness.devchain import Receipt, Reverted
from bench.harness.people import Person, person
from bench.harness.plan import Plan, question
from bench.harness.system import System
from bench.harness.trial import Act, Trial
from hanpyo.protocol import offers
from hanpyo.protocol.acts import Slot
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.batch import (
    CompactBatch,
    CompactRecord,
    DeskRecord,
    WideRecord,
    encode_compact,
)
from hanpyo.protocol.manifest import ClassRow
from hanpyo.protocol.messages import Rebind
from hanpyo.protocol.offers import Offer
from hanpyo.protocol.phases import Phase
from hanpyo.protocol.record import Record, RecordRefusal
from hanpyo.protocol.types import (
    FINAL_EPOCH,
    ZERO_WORD,
    BallotKind,
    Channel,
    DeskKind,
    Secrecy,
    SkipReason,
)
from tests.contracts.desk import Desk
from tests.contracts.wide import by_person, encoded

VOTERS = 5
AGENDA = (
    question(),
    Item(Method.APPROVAL, 4, maximum=2, eligible=frozenset({0})),
    Item(Method.CUMULATIVE, 3, maximum=3, points=5, sum_limit=6),
)
CHOICES = st.tuples(st.integers(0, 4), st.integers(0, 17), *[st.integers(0, 6)] * 3).map(bytes)
Draft = dict[str, Any]


def _odd(plain: int, *anomalies: Draft) -> st.SearchStrategy[Draft]:
    """Mostly nothing odd, sometimes one thing."""
    return st.sampled_from([{}] * plain + list(anomalies))


DRAFTS = st.builds(
    lambda plain, odd: plain | odd,
    st.fixed_dictionaries(
        {
            "voter": st.integers(0, VOTERS - 1),
            "ahead": st.just(0),
            "revision": st.integers(0, 3),
            "kind": st.sampled_from([1, 1, 1, 2]),
            "choices": CHOICES,
            "fault": st.just(""),
        }
    ),
    _odd(
        20,
        {"voter": VOTERS},
        {"ahead": 1},
        {"revision": 1023},
        {"revision": 1024},
        {"kind": 0},
        {"kind": 3},
        {"weight": 0},
        {"weight": 2},
        {"weight": 6},
        {"class_": 1},
        {"class_": 2},
        {"fault": "thief"},
        {"fault": "forged"},
        {"kind": 2, "fault": "junk"},
        {"fault": "bad escrow"},
        {"fault": "bad escrow", "revision": 3},
    ),
)
DESK_DRAFTS = st.builds(
    lambda act, plain, odd: act | plain | odd,
    st.sampled_from(
        [
            {"kind": DeskKind.NAMED, "channel": Channel.PAPER, "epoch": None},
            {"kind": DeskKind.NAMED, "channel": Channel.PROXY, "epoch": None},
            {"kind": DeskKind.IN_PERSON, "channel": Channel.IN_PERSON, "epoch": FINAL_EPOCH},
            {"kind": DeskKind.CHECK_IN, "channel": Channel.ONLINE, "epoch": 0},
        ]
    ),
    st.fixed_dictionaries(
        {
            "voter": st.integers(0, VOTERS - 1),
            "choices": CHOICES,
            "clerks": st.sampled_from([(0, 1), (1, 2), (0, 2)]),
            "forged": st.just(False),
        }
    ),
    _odd(
        12,
        {"voter": VOTERS},
        {"forged": True},
        {"epoch": 0},
        {"epoch": 2},
        {"epoch": FINAL_EPOCH},
        {"channel": Channel.ONLINE},
        {"channel": Channel.PAPER},
        {"kind": DeskKind.BOXED},
    ),
)


def make_machine(system: System) -> type[RuleBasedStateMachine]:
    """A machine class whose elections are held on this system."""

    class Machine(ElectionMachine):
        _system = system

    return Machine


class ElectionMachine(RuleBasedStateMachine):
    """Chain and model agree after every step, whatever is sent in whatever order."""

    _system: System

    def __init__(self) -> None:
        super().__init__()
        self._undone = self._system.chain.undone()
        self._undone.__enter__()
        self.trial: Trial | None = None

    @initialize(secrecy=st.sampled_from([Secrecy.OPEN, Secrecy.SEALED]), heavy=st.booleans())
    def begin(self, secrecy: Secrecy, heavy: bool) -> None:
        plan = Plan(
            secrecy=secrecy,
            items=AGENDA,
            weights=(1, 5, 2, 1, 3) if heavy else (1,) * VOTERS,
            classes=(ClassRow(0, ((0, 2),)), ClassRow(1)),
            classes_of=(0, 1, 0, 1, 1),
            clerks=3,
        )
        self.trial = Trial.open(self._system, plan)
        self.model = Record(plan.manifest)
        self.desk = Desk(self.trial)
        self.faulty: set[bytes] = set()

    @property
    def election(self) -> Trial:
        assert self.trial is not None
        return self.trial

    @rule(drafts=st.lists(DRAFTS, min_size=1, max_size=4), wide=st.booleans())
    def send_own_acts(self, drafts: list[Draft], wide: bool) -> None:
        made = [self._own(draft, wide) for draft in drafts]
        if wide:
            entries = [entry for _, entry in made if isinstance(entry, WideRecord)]
            receipt = self.election.submit("castWide", encoded(self.election, *entries))
        else:
            records = [record for _, record in made if isinstance(record, CompactRecord)]
            batch = CompactBatch(tuple(records), None, weights=True, classes=True, orders=True)
            data = encode_compact(batch, self.election.form)
            receipt = self.election.submit("cast", data)
        self._compare([offer for offer, _ in made], receipt)

    @rule(voters=st.lists(st.integers(0, VOTERS - 1), min_size=1, max_size=4), choices=CHOICES)
    def send_a_list(self, voters: list[int], choices: bytes) -> None:
        acts = [self.election.act(voter, choices) for voter in voters]
        offered = [Offer(_recordable(self.election, act)) for act in acts]
        self._compare(offered, self.election.cast(acts))

    @rule(drafts=st.lists(DESK_DRAFTS, min_size=1, max_size=3))
    def send_desk_acts(self, drafts: list[Draft]) -> None:
        made = [self._at_the_desk(draft) for draft in drafts]
        receipt = self.desk.send(*(record for _, record in made))
        self._compare([offer for offer, _ in made], receipt)

    @rule(voter=st.integers(0, VOTERS), step=st.sampled_from([0, 1, 1, 1, 2]), forged=st.booleans())
    def rebind(self, voter: int, step: int, forged: bool) -> None:
        trial = self.election
        epoch = self.model.slot(voter).minimum_epoch + step
        signed = trial.attest(trial.digest(Rebind(voter, epoch + forged)))
        signatures = b"".join(bytes((each.index,)) + each.signature for each in signed)
        now = trial.system.chain.now + 1
        try:
            self.model.rebind(voter, epoch, now, attested=not forged)
        except RecordRefusal:
            self._must_revert("rebind", voter, epoch, signatures)
        else:
            trial.do("rebind", voter, epoch, signatures)

    @precondition(lambda self: self.election.read("phase") == Phase.VOTING)
    @rule()
    def close(self) -> None:
        self.election.system.chain.mine_at(self.election.plan.times.closes_at)

    @invariant()
    def chain_and_model_agree(self) -> None:
        if self.trial is None:
            return
        for voter in range(VOTERS):
            slot = Slot.unpack(self.trial.read("slot", voter).to_bytes(32, "big"))
            assert slot == self.model.slot(voter)
            assert self.trial.read("hasBallot", voter) == (self.model.live_act(voter) is not None)
        assert self.trial.read("turnout")[:2] == (self.model.live, self.model.live_weight)
        assert len(self.trial.batches) == len(self.model.batches)
        for number, batch in enumerate(self.model.batches, 1):
            assert self.trial.read("batch", number) == batch.record

    def teardown(self) -> None:
        try:
            if self.trial is not None:
                self._count()
        finally:
            self._undone.__exit__(None, None, None)

    def _own(self, draft: Draft, wide: bool) -> tuple[Offer, WideRecord | CompactRecord]:
        trial = self.election
        fault = draft["fault"]
        terms: dict[str, Any] = {
            name: draft[name] for name in ("revision", "kind", "weight", "class_") if name in draft
        }
        terms["epoch"] = self.model.slot(draft["voter"]).minimum_epoch + draft["ahead"]
        payload = None
        if fault == "junk" and draft["kind"] == BallotKind.WITHDRAWAL:
            payload = b"\1" * trial.form.payload_length
        act = trial.act(draft["voter"], draft["choices"], payload=payload, **terms)
        if fault == "bad escrow" and trial.is_sealed and draft["kind"] == BallotKind.BALLOT:
            payload = act.payload[:-1] + bytes((act.payload[-1] ^ 1,))
            act = _with_payload(trial, act, payload)
            self.faulty.add(act.escrow_hash)
        clean = act.terms.kind != BallotKind.WITHDRAWAL or not any(act.payload)
        signed, attested = fault != "forged", fault != "thief"
        offer = Offer(_recordable(trial, act), signed=signed, attested=attested, clean=clean)
        signer = person("thief") if fault == "thief" else None
        if wide:
            return offer, self._wide(act, signer, forged=not signed)
        record = trial.record(act, each=True)
        if signer:
            stolen = trial.record(act, signer=signer)
            record = replace(stolen, attestations=record.attestations)
        if not signed:
            record = replace(record, signature=b"\xff" * 64)
        return offer, record

    def _wide(self, act: Act, signer: Person | None, *, forged: bool) -> WideRecord:
        entry = by_person(self.election, act)
        if signer is not None:
            stolen = by_person(self.election, act, person("thief"))
            entry = replace(stolen, attestations=entry.attestations)
        return replace(entry, signature=bytes(65)) if forged else entry

    def _at_the_desk(self, draft: Draft) -> tuple[Offer, DeskRecord]:
        trial, kind = self.election, draft["kind"]
        voter, forged = draft["voter"], draft["forged"]
        epoch = draft["epoch"]
        if epoch is None:
            epoch = self.model.slot(voter).minimum_epoch + 1
        if kind == DeskKind.CHECK_IN:
            record = self.desk.check_in(voter)
            act = trial.act(voter, kind=2, weight=0, class_=0)
        else:
            bare: Draft = {"kind": 2} if kind == DeskKind.BOXED else {}
            act = trial.act(
                voter,
                draft["choices"],
                channel=draft["channel"],
                epoch=epoch,
                **bare,
            )
            record = self.desk.record(act, kind, draft["clerks"])
        if forged:
            first, second = record.attestations
            record = replace(record, attestations=(first, replace(second, signature=bytes(64))))
        offer = Offer(_recordable(trial, act), attested=not forged, desk=kind)
        return offer, record

    def _compare(self, offered: list[Offer], receipt: Receipt) -> None:
        trial = self.election
        reasons = self.model.cast(offered, trial.system.chain.now)
        expected = [
            (offer.act.terms.voter, int(reason))
            for offer, reason in zip(offered, reasons, strict=True)
            if reason is not None
        ]
        assert trial.skipped(receipt) == expected

    def _must_revert(self, function: str, *arguments: object) -> None:
        try:
            self.election.do(function, *arguments)
        except Reverted:
            return
        raise AssertionError(f"{function} is taken by the chain and refused by the model")

    def _count(self) -> None:
        """Settle, open, void and certify on both sides; the tallies are the same to the cell."""
        trial, model, chain = self.election, self.model, self._system.chain
        chain.mine_at(trial.plan.times.barrier_at)
        late = trial.act(0, bytes(5), revision=1023)
        assert trial.skipped(trial.cast([late])) == [(0, SkipReason.NOT_OPEN)]
        for number, batch in enumerate(model.batches, 1):
            wanted = [act.terms.voter for act in batch.firsts if act.terms.voter in model.acts]
            if wanted:
                trial.settle(number, wanted)
        outside = [voter for voter in model.acts if voter not in model.firsts]
        if outside:
            trial.settle(0, outside)
        for voter in list(model.acts):
            model.settle(voter, chain.now)
        chain.mine_at(trial.plan.times.opening_at)
        if trial.is_sealed:
            trial.release_key()
            model.release_key()
            self._open_all()
        chain.mine_at(trial.plan.times.certify_at)
        trial.do("certify")
        model.certify(chain.now)
        layout = trial.plan.manifest.tally_layout
        for stratum in range(trial.plan.manifest.strata):
            word, words = trial.read("stratum", stratum)
            assert (word >> 128, word & (1 << 128) - 1) == model.turnout(stratum)
            planes = [words[at : at + layout.words] for at in range(0, len(words), layout.words)]
            assert tuple(layout.unpack(plane) for plane in planes) == model.cells(stratum)

    def _open_all(self) -> None:
        trial, model = self.election, self.model
        acts = {act.voter: act for batch in trial.batches for act in batch} | trial.held
        for voter, act in acts.items():
            live = model.live_act(voter)
            if live is None:
                continue
            if act.escrow_hash in self.faulty:
                self._void(voter, act)
                model.void(voter, trial.system.chain.now)
                continue
            now = trial.system.chain.now
            model.open(trial.domain.context, voter, act.choices, act.salt, now)
            if voter in trial.held:
                trial.open_acts([voter])
        for number, batch in enumerate(trial.batches, 1):
            trial.open_batch(
                number, [act.voter for act in batch if act.escrow_hash not in self.faulty]
            )

    def _void(self, voter: int, act: Act) -> None:
        trial = self.election
        terms = int.from_bytes(act.terms.pack(), "big")
        ballot = (terms, act.content, act.payload[32:], ZERO_WORD, b"")
        if voter in trial.held:
            trial.do("voidAct", ballot)
            return
        for number, batch in enumerate(trial.batches, 1):
            hashes = [each.hash for each in batch]
            if act.hash in hashes:
                index = hashes.index(act.hash)
                trial.do("voidFirst", number, trial.root(number), hashes, index, ballot)


def _recordable(trial: Trial, act: Act) -> offers.Act:
    choices = None if trial.is_sealed or act.terms.kind != BallotKind.BALLOT else act.choices
    terms = act.terms._replace(channel=act.terms.channel or Channel.ONLINE)
    return offers.Act(terms, act.content, act.escrow_hash, choices)


def _with_payload(trial: Trial, act: Act, payload: bytes) -> Act:
    """The same act with an altered payload, known to the trial."""
    terms = act.terms
    return trial.act(
        terms.voter,
        act.choices,
        payload=payload,
        weight=terms.weight,
        class_=terms.class_,
        epoch=terms.epoch,
        revision=terms.revision,
        kind=terms.kind,
    )
