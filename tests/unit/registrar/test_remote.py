"""A registrar behind a proxy: what it says is read as it was written."""

import gzip
from collections.abc import Iterable
from typing import Any

import orjson

from hanpyo.protocol.types import Address
from hanpyo.registrar.remote import RemoteRegistrar
from tests.service.serving import served

ADDRESS = Address(b"\x0a" * 20)
ABOUT = {"name": "감사위원회", "address": "0x" + ADDRESS.hex(), "check": "none", "policy": ""}


def compressing(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """A proxy that compresses for whoever takes it."""
    body, headers = orjson.dumps(ABOUT), [("Content-Type", "application/json")]
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = gzip.compress(body)
        headers.append(("Content-Encoding", "gzip"))
    start("200 OK", headers)
    return [body]


def test_a_proxy_that_compresses_does_not_silence_it() -> None:
    with served(compressing) as url:  # type: ignore[arg-type]  # any WSGI application serves
        registrar = RemoteRegistrar(name="far", address=ADDRESS, url=url, token="t" * 24)
        try:
            assert registrar.describe().name == "감사위원회"
        finally:
            registrar.close()
