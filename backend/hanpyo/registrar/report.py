"""What a registrar has signed, and whether the chain shows a signature that it does not know.

Such a signature means that the key is in other hands, or that the ledger was lost: an alarm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func, select

from hanpyo.chain.events import Check, read_logs
from hanpyo.chain.quantities import read_object, to_data
from hanpyo.chain.rpc import Call
from hanpyo.chain.transactions import Transaction
from hanpyo.db.models.registrar import RegistrarKey, RegistrarRefusal, RegistrarSignature
from hanpyo.protocol.types import Address
from hanpyo.registrar.frozen import FrozenElection
from hanpyo.registrar.ledger import Ledger
from hanpyo.registrar.office import Office
from hanpyo.registrar.traces import Trace, TraceReader

_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Stranger:
    """A signature on the chain that the ledger does not know."""

    kind: str
    voter: int | None
    transaction: str


@dataclass(frozen=True, slots=True)
class RegistrarReport:
    """One election's report; `unreadable` transactions went through another contract."""

    election: str
    signed: dict[str, int]
    keys: int
    refused: dict[str, int]
    alarms: int
    on_chain: int
    unreadable: int
    strangers: tuple[Stranger, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that people must look at."""
        return not self.strangers and not self.alarms

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"clean": self.is_clean}


def report_on(office: Office, address: Address) -> RegistrarReport:
    """Compare the ledger with the chain; raises as `Elections.get` and `read_logs`."""
    election, ledger = office.elections.get(address), office.ledger
    on_chain, unreadable = 0, 0
    strangers: list[Stranger] = []
    for transaction, traces in _traces(election):
        if traces is None:
            unreadable += 1
            continue
        on_chain += len(traces)
        unknown = set(ledger.unsigned(address, [each.struct_hash for each in traces]))
        strangers += [
            Stranger(each.kind, each.voter, "0x" + transaction.hex())
            for each in traces
            if each.struct_hash in unknown
        ]
    signed, keys, refused, alarms = _figures(ledger, address)
    return RegistrarReport(
        election.contract.address,
        signed,
        keys,
        refused,
        alarms,
        on_chain,
        unreadable,
        tuple(strangers),
    )


def _traces(election: FrozenElection) -> Iterator[tuple[bytes, list[Trace] | None]]:
    """Each transaction that left an event since the freeze, with the signatures in it."""
    contract, reader = election.contract, TraceReader(election)
    end = contract.rpc.block_number()
    logs = read_logs(contract.rpc, contract.address, election.frozen_at + 1, end, check=Check.BLOOM)
    hashes = list(dict.fromkeys(log.transaction_hash for log in logs))
    for at in range(0, len(hashes), _AT_ONCE):
        yield from _read(reader, hashes[at : at + _AT_ONCE])


def _read(
    reader: TraceReader, hashes: Sequence[bytes]
) -> Iterator[tuple[bytes, list[Trace] | None]]:
    calls = [Call("eth_getTransactionByHash", (to_data(each),)) for each in hashes]
    found = reader.election.contract.rpc.results(calls)
    for name, outcome in zip(hashes, found, strict=True):
        transaction = Transaction.from_rpc(read_object(outcome, "transaction"))
        yield name, reader.read(transaction)


def _figures(ledger: Ledger, address: Address) -> tuple[dict[str, int], int, dict[str, int], int]:
    with ledger.database.read() as session:

        def counts(
            table: type[RegistrarSignature] | type[RegistrarRefusal], name: str
        ) -> dict[str, int]:
            column = getattr(table, name)
            query = (
                select(column, func.count())
                .where(table.registrar == ledger.registrar, table.election == address)
                .group_by(column)
                .order_by(column)
            )
            return {str(kind): int(count) for kind, count in session.execute(query)}

        keys = session.scalar(
            select(func.count()).where(
                RegistrarKey.registrar == ledger.registrar, RegistrarKey.election == address
            )
        )
        alarms = session.scalar(
            select(func.count()).where(
                RegistrarRefusal.registrar == ledger.registrar,
                RegistrarRefusal.election == address,
                RegistrarRefusal.alarm.is_(True),
            )
        )
        return (
            counts(RegistrarSignature, "kind"),
            keys or 0,
            counts(RegistrarRefusal, "code"),
            alarms or 0,
        )
