"""Everything of an election that somebody without the key of personal data may get hold of."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
from sqlalchemy.engine import make_url

from hanpyo.audit import LiveSource, write_bundle
from hanpyo.client import HanpyoClient
from hanpyo.db.models import Base
from hanpyo.protocol.types import Address
from tests.service.scene import Scene
from tests.service.small_election import Stage

KINDS_OF_EXPORT = ("json", "csv", "jsonld")


def haystacks(stage: Stage, folder: Path) -> dict[str, bytes]:
    """The places, by name."""
    heard, place = stage.heard, stage.place
    election = place.catalogue.get(_election_id(stage))
    bundle = folder / f"{time.monotonic_ns()}.json"
    address = Address(bytes.fromhex(election.address[2:]))
    write_bundle(LiveSource([place.node.rpc]), address, bundle)
    return {
        "the logs": heard.log.getvalue().encode(),
        "what was logged": "\n".join(heard.events).encode(),
        "URLs": "\n".join(heard.urls).encode(),
        "refusals and headers": b"\n".join(heard.refusals),
        "webhooks": b"\n".join(heard.webhooks),
        "the database": dump(place),
        "the chain": chain(place),
        "the numbers": httpx.get(f"{stage.url}/metrics").content,
        "exports": exports(stage, election.id),
        "the bundle": bundle.read_bytes(),
    }


def dump(place: Scene) -> bytes:
    """The database as whoever steals it has it."""
    url = make_url(place.runtime.settings.database)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    found = bytearray()
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        for table in Base.metadata.sorted_tables:
            with cursor.copy(f'COPY "{table.name}" TO STDOUT'.encode()) as copy:
                for row in copy:
                    found += row
    return bytes(found)


def chain(place: Scene) -> bytes:
    """Every block's transactions, every log, every contract's code, as text and as bytes."""
    rpc = place.node.rpc
    blocks = [
        rpc.call("eth_getBlockByNumber", hex(number), True)
        for number in range(rpc.block_number() + 1)
    ]
    logs: Any = rpc.call("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    made = {each["address"] for each in logs}
    code = [rpc.call("eth_getCode", each, "latest") for each in made]
    text = json.dumps([blocks, logs, code])
    words: list[str] = re.findall(r"0x((?:[0-9a-f]{2})+)", text)
    return text.encode() + b"\n" + b"\n".join(bytes.fromhex(each) for each in words)


def exports(stage: Stage, election_id: str) -> bytes:
    """What everybody may read, in every format."""
    place = f"{stage.url}/v1/elections"
    paths = [f"{place}", f"{place}/{election_id}", f"{place}/{election_id}/results"]
    for name in ("turnout", "tally", "events", "acts"):
        query = "voter=0&" if name == "acts" else ""
        paths += [f"{place}/{election_id}/{name}?{query}format={kind}" for kind in KINDS_OF_EXPORT]
    answers = [httpx.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return b"\n".join(answer.content for answer in answers)


def _election_id(stage: Stage) -> str:
    with HanpyoClient(stage.url) as client:
        (election,) = client.elections.all()
        return election.id
