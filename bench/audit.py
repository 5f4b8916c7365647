"""Audit time per 10,000 ballots, beside the cryptography that no audit can do without.

An election of `BALLOTS` ballots is held on an embedded chain, audited from the node and from its
evidence file, and the time scaled. The ceiling is this machine's own time, one core, for the same
number of signature recoveries and, when sealed, multiplications in the group.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Row, show, write
from hanpyo.audit import BundleSource, LiveSource, audit
from hanpyo.elections.holding import Act, Setting, hold
from hanpyo.elections.hosting import EMBEDDED_PERIODS, embedded_host
from hanpyo.elections.officials import Officials, Signers, new_key
from hanpyo.elections.plan import Member, Plan, draw_roll
from hanpyo.elections.progress import Stages
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.choices import encode_unchecked
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.signatures import recover, sign
from hanpyo.protocol.types import Address, Secrecy
from hanpyo.secrecy.group import GENERATOR, multiplier
from hanpyo.secrecy.trustee import TrusteeKey

BALLOTS = 1_000
PER = 10_000
ITEMS = (Item(Method.CHOOSE_ONE, 3), Item(Method.CHOOSE_ONE, 3), Item(Method.APPROVAL, 8, 1, 8))
_SAMPLE = 200


def main() -> None:
    """Measure, print and write `bench/results/audit.json`."""
    rows = []
    for secrecy in (Secrecy.OPEN, Secrecy.SEALED):
        ceiling = _ceiling(secrecy)
        for name, seconds in _audits(secrecy).items():
            label = f"{secrecy.name.lower()} {name}, {PER:,} ballots"
            value = round(seconds * PER / BALLOTS, 1)
            rows.append(Row(label, value, "s", "cryptography alone", round(ceiling, 1)))
    show(rows)
    print(f"written to {write('audit', rows)}")


def _audits(secrecy: Secrecy) -> dict[str, float]:
    """Seconds of an audit from the node, and of one from the evidence file."""
    with evidence_file(secrecy) as (source, election, file):
        return {
            "audit from a node": timed(lambda: _passed(audit(source, election).ok)),
            "audit from a file": timed(lambda: _passed(audit(BundleSource(file)).ok)),
        }


@contextmanager
def evidence_file(secrecy: Secrecy) -> Iterator[tuple[LiveSource, Address, Path]]:
    """An election of `BALLOTS` ballots, certified: its node, its address and its evidence file."""
    roll, numbers = draw_roll([Member(f"member {number}") for number in range(BALLOTS)])
    text = {"title": "bench", "items": []}
    plan = Plan(secrecy, text, ITEMS, roll)
    acts = [
        Act(number, encode_unchecked(ITEMS, [[1 + number % 3], [2], [1, 3]])) for number in numbers
    ]
    sealed = secrecy is Secrecy.SEALED
    officials = Officials(Signers.generate(2, 2), trustee=TrusteeKey.generate() if sealed else None)
    with embedded_host(Stages()) as host, tempfile.TemporaryDirectory() as folder:
        setting = Setting(host.venue, host.factory, officials, EMBEDDED_PERIODS)
        held = hold(setting, plan, [acts], Stages())
        election = Address(bytes.fromhex(held.contract.address[2:]))
        file = Path(folder) / "evidence.json.gz"
        source = LiveSource([host.venue.rpc])
        audit(source, election, bundle=file)
        yield source, election, file


def _passed(ok: bool) -> None:
    if not ok:
        raise SystemExit("the audit failed")


def _ceiling(secrecy: Secrecy) -> float:
    """Seconds for `PER` recoveries and, when sealed, multiplications, from a sample."""
    digest = keccak(b"ballot")
    signature = sign(digest, new_key())
    multiply = multiplier(TrusteeKey.generate().secret)

    def sample() -> None:
        for _ in range(_SAMPLE):
            recover(digest, signature)
            if secrecy is Secrecy.SEALED:
                multiply(GENERATOR)

    return timed(sample) * PER / _SAMPLE


def timed(action: Callable[[], None]) -> float:
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
