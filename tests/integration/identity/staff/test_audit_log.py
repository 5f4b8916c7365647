"""The audit log in both databases: only added to, in one order, and never about persons."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from hanpyo.db.models import AuditEntry, AuditHead, Election
from hanpyo.identity.staff.audit_log import (
    BEGINNING,
    Detail,
    LogBroken,
    check_anchor,
    head,
    read,
    record,
    verify,
)
from hanpyo.identity.staff.log_checks import check_logs
from hanpyo.identity.staff.log_files import check_file, export
from hanpyo.runtime import Runtime
from tests.service.staff import new_organisation

ACTOR = "staff:" + "ab" * 16


def write(runtime: Runtime, organisation_id: str | None, count: int, *, first: int = 0) -> None:
    for number in range(first, first + count):
        runtime.database.transact(
            lambda session, number=number: record(  # type: ignore[misc]
                session, organisation_id, ACTOR, "roll.imported", "election:cd", {"rows": number}
            )
        )


def test_entries_follow_each_other_a_chain_an_organisation(runtime: Runtime) -> None:
    first, second = new_organisation(runtime), new_organisation(runtime)
    for place, count in ((first, 3), (second, 1), (None, 2), (first, 1)):
        write(runtime, place, count)
    with runtime.database.read() as session:
        for place, count in ((first, 4), (second, 1), (None, 2)):
            entries = read(session, place)
            assert verify(entries, newest=head(session, place)) == count
        assert head(session, "ee" * 16) == BEGINNING
        assert [entry.seq for entry in read(session, first, after=1, limit=2)] == [2, 3]
    assert check_file(b"".join(export(runtime.database, first)), []) == 4


def test_entries_at_the_same_moment_make_one_chain(runtime: Runtime) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: write(runtime, None, 5), range(6)))
    with runtime.database.read() as session:
        assert verify(read(session, None, limit=1000), newest=head(session, None)) == 30


def test_what_is_rolled_back_leaves_no_entry(runtime: Runtime) -> None:
    def give_up() -> None:
        with runtime.database.write() as session:
            record(session, None, ACTOR, "roll.imported", "election:cd")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        give_up()
    write(runtime, None, 1)
    with runtime.database.read() as session:
        assert verify(read(session, None)) == 1


@pytest.mark.parametrize(
    "change",
    [
        update(AuditEntry).values(actor="staff:ee"),
        delete(AuditEntry),
        text("UPDATE audit_entry SET seq = seq + 100"),
        text("DELETE FROM audit_entry WHERE seq = 1"),
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(runtime: Runtime, change: Any) -> None:
    write(runtime, None, 2)
    with pytest.raises(DBAPIError, match="append-only"), runtime.database.write() as session:
        session.execute(change)
    with runtime.database.read() as session:
        assert verify(read(session, None)) == 2


def test_postgresql_refuses_to_empty_the_table(runtime: Runtime) -> None:
    if runtime.database.is_sqlite:  # SQLite has no TRUNCATE
        return
    write(runtime, None, 2)
    with pytest.raises(DBAPIError, match="append-only"), runtime.database.write() as session:
        session.execute(text("TRUNCATE audit_entry"))


def unprotect(runtime: Runtime) -> None:
    """What somebody who owns the database can do."""
    with runtime.database.write() as session:
        if runtime.database.is_sqlite:
            for act in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER audit_entry_no_{act}"))
        else:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET actor = 'staff:ee' WHERE seq = 2",
        "UPDATE audit_entry SET details = '{' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 3",
        "DELETE FROM audit_head",
    ],
)
def test_whoever_owns_the_database_is_found_out(runtime: Runtime, change: str) -> None:
    write(runtime, None, 3)
    assert [each.fault for each in check_logs(runtime.database)] == [None]
    unprotect(runtime)
    with runtime.database.write() as session:
        session.execute(text(change))
    (found,) = check_logs(runtime.database)
    assert found.fault is not None


def test_a_check_while_entries_are_added_finds_no_fault(runtime: Runtime) -> None:
    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, runtime, None, 10) for _ in range(2)]
        faults = [each.fault for _ in range(8) for each in check_logs(runtime.database)]
        for writer in writers:
            writer.result()
    assert set(faults) <= {None}
    (found,) = check_logs(runtime.database)
    assert (found.entries, found.fault) == (20, None)


def publish(runtime: Runtime, organisation_id: str, log: bytes) -> None:
    """An election whose published text names a hash."""
    with runtime.database.write() as session:
        session.add(
            Election(
                organisation_id=organisation_id,
                title="시험 투표",
                definition="{}",
                identity="L2",
                methods="mail",
                created_at=1,
                changed_at=1,
                text=orjson.dumps({"title": "시험 투표", "log": "0x" + log.hex()}).decode(),
                created_block=1,
            )
        )


def test_a_log_rewritten_whole_is_found_out_by_an_election(runtime: Runtime) -> None:
    organisation_id = new_organisation(runtime)
    write(runtime, organisation_id, 2)
    with runtime.database.read() as session:
        anchor = head(session, organisation_id)
    publish(runtime, organisation_id, anchor)
    write(runtime, organisation_id, 2)
    (found,) = check_logs(runtime.database)
    assert (found.entries, found.anchors, found.fault) == (4, 1, None)
    with runtime.database.read() as session:
        assert check_anchor(read(session, organisation_id), anchor) == 2
    unprotect(runtime)
    with runtime.database.write() as session:
        session.execute(delete(AuditEntry))
        session.execute(delete(AuditHead))
    write(runtime, organisation_id, 4, first=1)
    with runtime.database.read() as session:
        assert verify(read(session, organisation_id)) == 4
        with pytest.raises(LogBroken):
            check_anchor(read(session, organisation_id), anchor)
    (found,) = check_logs(runtime.database)
    assert found.fault is not None


@pytest.mark.parametrize(
    ("actor", "action", "subject", "details"),
    [
        (ACTOR, "roll.imported", "election:cd", {"name": "김담당"}),
        (ACTOR, "roll.imported", "election:cd", {"mail": "kim@example.org"}),
        (ACTOR, "roll.imported", "election:cd", {"phone": "010-1234-5678"}),
        (ACTOR, "roll.imported", "election:cd", {"phone": "01012345678"}),
        (ACTOR, "roll.imported", "election:cd", {"phone": "+821012345678"}),
        (ACTOR, "roll.imported", "election:cd", {"born": "1990-01-01"}),
        (ACTOR, "roll.imported", "election:cd", {"name": "Hong Gildong"}),
        (ACTOR, "roll.imported", "election:cd", {"note": ""}),
        (ACTOR, "roll.imported", "election:cd", {"note": "x" * 201}),
        (ACTOR, "roll.imported", "election:cd", {"김담당": 1}),
        (ACTOR, "roll.imported", "김담당", {}),
        ("김담당", "roll.imported", "election:cd", {}),
        (ACTOR, "Imported the roll", "election:cd", {}),
    ],
)
def test_what_may_be_personal_is_refused(
    quick_runtime: Runtime, actor: str, action: str, subject: str, details: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="ids, words") as refusal:
        quick_runtime.database.transact(
            lambda session: record(session, None, actor, action, subject, details)
        )
    assert "김담당" not in str(refusal.value)


def test_ids_words_and_numbers_are_taken(quick_runtime: Runtime) -> None:
    details: dict[str, Detail] = {
        "role": "organiser",
        "level": "L2",
        "hash": "0x" + "ab" * 32,
        "election": "12" * 16,
        "wei": "50000000000000000000",
        "count": 0,
        "sealed": True,
        "none": None,
    }
    quick_runtime.database.transact(
        lambda session: record(session, None, ACTOR, "roll.imported", "election:cd", details)
    )
    with quick_runtime.database.read() as session:
        (row,) = session.scalars(select(AuditEntry))
    assert orjson.loads(row.details) == details
