"""Voters who hand ballots in over HTTP until they are acknowledged, and keep what they hold."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from hanpyo.elections.casting import Booth, Voter
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.elections.officials import Officials, credential_of
from hanpyo.protocol.signatures import address_of
from tests.service.relaying import body, submission
from tests.service.scene import NO, YES, voter

_PAUSE = 0.03


@dataclass(frozen=True)
class Promised:
    """What a voter holds after a 202."""

    digest: bytes
    voter: int
    epoch: int
    revision: int
    include_by: int
    signature: bytes
    relay: str


@dataclass(frozen=True)
class Act:
    """A signed act, whether it was acknowledged or not."""

    digest: bytes
    voter: int
    revision: int
    body: dict[str, Any] = field(repr=False)


@dataclass
class Crowd:
    """The voters of one election. `urls` tells where the service answers now."""

    election: PublishedElection
    officials: Officials
    urls: Callable[[], Sequence[str]]
    http: httpx.Client
    acts: dict[bytes, Act] = field(default_factory=dict)
    acknowledged: dict[bytes, Promised] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    voters: dict[int, Voter] = field(default_factory=dict)
    _revisions: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sign(self, number: int, choices: bytes | None = YES) -> Act:
        """The voter's next act, signed; `choices` None takes the ballot back."""
        with self._lock:
            who = self.voters.setdefault(number, voter(number))
            revision = self._revisions.get(number, -1) + 1
            self._revisions[number] = revision
        booth = Booth(self.election.manifest, self.election.domain)
        record = (
            booth.withdrawal(who, revision=revision)
            if choices is None
            else booth.ballot(who, choices, revision=revision)
        )
        credential = credential_of(record, address_of(who.key))
        attested = self.officials.registrars.attest_message(self.election.domain, credential)
        signed = booth.digest(record)
        act = Act(signed, number, revision, body(submission(who, record, attested)))
        with self._lock:
            self.acts[act.digest] = act
        return act

    def post(self, act: Act, seconds: float = 30.0) -> int:
        """Hand it in, again wherever there is no answer; the last status, 0 for none in time."""
        deadline, status = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            try:
                answer = self._ask(act)
            except httpx.HTTPError:
                status = 0
            else:
                status = answer.status_code
                if status == 202:
                    self._keep(act, answer.json())
                    return status
                if status < 500 and status != 429:
                    self.refused.append((status, answer.text))
                    return status
            time.sleep(_PAUSE)
        return status

    def vote(self, numbers: Iterable[int], choices: bytes | None = YES, **more: float) -> int:
        """One act of each, two at a time; how many were acknowledged."""

        def one(number: int) -> bool:
            return self.post(self.sign(number, choices), **more) == 202

        with ThreadPoolExecutor(2) as pool:
            return sum(pool.map(one, numbers))

    def last_acknowledged(self) -> set[bytes]:
        """The digest of each voter's last act that was acknowledged."""
        ordered = sorted(self.acknowledged.values(), key=lambda each: each.revision)
        return set({each.voter: each.digest for each in ordered}.values())

    def keep_voting(self, dice: random.Random, numbers: Sequence[int]) -> "Posting":
        """Go on voting and changing minds in the background until told to stop."""
        return Posting(self, dice, numbers)

    def _ask(self, act: Act) -> httpx.Response:
        urls = self.urls()
        if not urls:
            raise httpx.ConnectError("nobody serves now")
        url = urls[random.randrange(len(urls))]
        return self.http.post(f"{url}/v1/elections/{self.election.id}/ballots", json=act.body)

    def _keep(self, act: Act, told: dict[str, Any]) -> None:
        promise = told["promise"]
        kept = Promised(
            bytes.fromhex(told["digest"][2:]),
            act.voter,
            act.body["epoch"],
            act.revision,
            promise["includeBy"],
            bytes.fromhex(promise["signature"][2:]),
            promise["relay"],
        )
        assert kept.digest == act.digest
        with self._lock:
            earlier = self.acknowledged.setdefault(act.digest, kept)
        assert earlier.signature == kept.signature


class Posting:
    """Votes in a thread until `stop`."""

    def __init__(self, crowd: Crowd, dice: random.Random, numbers: Sequence[int]) -> None:
        self._crowd = crowd
        self._dice = dice
        self._numbers = numbers
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Let the last one end."""
        self._stopping.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                number = self._dice.choice(self._numbers)
                self._crowd.post(self._crowd.sign(number, self._dice.choice((YES, NO))))
                self._stopping.wait(self._dice.random() * 0.3)
        except BaseException as failure:  # noqa: BLE001  told by `stop`
            self._failure = failure
