"""Logs: one object a line, nothing personal, nothing secret, whoever wrote."""

import io
import logging
from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest
import structlog

from hanpyo.config import LogSection
from hanpyo.operation.logs import configure_logs
from hanpyo.operation.redaction import clean_text

PERSONAL = [
    "010-1234-5678",
    "01012345678",
    "010.1234.5678",
    "+82 10-1234-5678",
    "+821012345678",
    "02-123-4567",
    "031-123-4567",
    "hong@example.co.kr",
    "hong.gil+vote@example.com",
    "900101-1234567",
    "0x" + "ab" * 65,
]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs(LogSection(level="debug"), stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_an_entry_is_one_object(written: io.StringIO) -> None:
    structlog.get_logger("x").warning("task_failed", task="relay", failures=3)
    (entry,) = lines(written)
    assert entry["event"] == "task_failed"
    assert (entry["task"], entry["failures"], entry["level"]) == ("relay", 3, "warning")
    assert entry["timestamp"].endswith("Z")


@pytest.mark.parametrize("personal", PERSONAL)
def test_nothing_personal_is_written(written: io.StringIO, personal: str) -> None:
    log = structlog.get_logger("x")
    log.info("said", what=f"to {personal}, please", nested={"a": [personal]})
    log.info(personal)
    logging.getLogger("library").warning("sent to %s", personal)
    assert personal not in written.getvalue()
    assert len(lines(written)) == 3


@pytest.mark.parametrize(
    "name",
    ["password", "csrf_token", "Authorization", "phone", "mailbox", "private_key", "otp", "salt"],
)
def test_values_under_telling_names_are_removed(written: io.StringIO, name: str) -> None:
    structlog.get_logger("x").info("said", **{name: "hunter2", "inner": {name: "hunter2"}})
    assert "hunter2" not in written.getvalue()


def test_what_helps_is_kept(written: io.StringIO) -> None:
    digest = "0x" + "ab" * 32
    structlog.get_logger("x").info("sent", hash=digest, code="nonce_too_low", block=20261122)
    (entry,) = lines(written)
    assert (entry["hash"], entry["code"], entry["block"]) == (digest, "nonce_too_low", 20261122)


def test_an_entry_stays_in_its_line(written: io.StringIO) -> None:
    structlog.get_logger("x").info('a\n{"event": "forged"}\r\n', name="b\nc")
    assert len(written.getvalue().splitlines()) == 1


def test_an_exception_is_its_kind_and_places(written: io.StringIO) -> None:
    try:
        int("hong@example.com said 1234")
    except ValueError:
        structlog.get_logger("x").exception("failed")
        logging.getLogger("library").exception("failed too")
    for entry in lines(written):
        assert entry["kind"] == "ValueError"
        assert any("test_an_exception" in place for place in entry["places"])
    assert "1234" not in written.getvalue()


def test_bytes_and_objects_are_not_written_out(written: io.StringIO) -> None:
    structlog.get_logger("x").info("said", raw=b"\x01\x02", thing=object())
    assert "\\x01" not in written.getvalue()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("see https://a.example/v1/x?code=1234#t", "see https://a.example/v1/x"),
        ("postgresql://user:pw@host/db", "postgresql://[login]@host/db"),
        ("took 0.25 s for 10000 rows", "took 0.25 s for 10000 rows"),
    ],
)
def test_queries_and_logins_are_cut_from_urls(given: str, kept: str) -> None:
    assert clean_text(given) == kept


def test_a_person_reads_columns() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs(LogSection(style="console", level="warning"), stream)
    structlog.get_logger("x").info("quiet")
    structlog.get_logger("x").warning("loud", to="010-1234-5678")
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.stdlib.LoggerFactory())
    assert "loud" in stream.getvalue()
    assert "quiet" not in stream.getvalue()
    assert "1234" not in stream.getvalue()


def test_ids_are_kept_whatever_digits_they_have() -> None:
    source = Random(20261122)  # among so many, hundreds hold the digits of a phone number
    for size in (8, 16, 20, 32):
        for _ in range(5_000):
            text = f"request={source.randbytes(size).hex()} took 7 ms"
            assert clean_text(text) == text
    for text in ("a01012345678bcde", "0x" + "a01012345678BCDE".ljust(40, "f"), "9001011234567abc"):
        assert clean_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "tel01012345678",
        "0123456789abcdef01012345678",
        "0123456789abcdef 01012345678",
        "a1b2c3d4e5f6f010-1234-5678",
        "f" * 33 + "01012345678",
        "id=a01012345678bcdef",
    ],
)
def test_a_number_beside_an_id_or_in_what_is_none_is_removed(text: str) -> None:
    assert "[phone]" in clean_text(text)
    assert "5678" not in clean_text(text)
