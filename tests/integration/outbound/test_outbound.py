"""Where the service talks to: public addresses alone, pinned, bounded, and never led elsewhere."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hanpyo.addresses import is_public
from hanpyo.outbound import Limits, Outbound, OutboundFailed, OutboundRefused, Reach, fetch_json
from tests.unit.chain.fake_node import FakeNode, Reply


def resolving(*addresses: str) -> Callable[..., list[tuple[Any, ...]]]:
    """A resolver that knows every name, by these addresses."""
    return lambda host, port, **_: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/hook",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/hook",
        "example.org/hook",
        "https://",
        "https:///hook",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://example.org\\@127.0.0.1/",
        "https://exa mple.org/",
        "https://example.org/\r\nHost: other",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://한표.example/",
        "https://example.org/" + "a" * 2_000,
    ],
)
def test_what_is_no_public_https_address_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(OutboundRefused):
        Outbound().check(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "not an address",
    ],
)
def test_names_that_lead_into_a_network_are_not_followed(address: str) -> None:
    assert not is_public(address)
    outbound = Outbound(resolve=resolving(address))
    with pytest.raises(OutboundRefused, match="not public"):
        outbound.post("https://example.org/", b"{}", {})


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    outbound = Outbound(resolve=resolving("93.184.216.34", "127.0.0.1"))
    with pytest.raises(OutboundRefused):
        outbound.post("https://example.org/", b"{}", {})


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "017700000001", "[::1]"]
)
def test_other_ways_to_write_this_machine_are_refused_too(host: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)):
        Outbound().post(f"https://{host}/", b"{}", {})


def test_http_reaches_nothing_but_this_machine_even_where_that_is_allowed() -> None:
    outbound = Outbound(Reach.MACHINE, resolve=resolving("93.184.216.34"))
    with pytest.raises(OutboundRefused):
        outbound.post("http://example.org/", b"{}", {})


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    asked = []

    def rebinding(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return resolving("127.0.0.1")(host, port)

    with FakeNode(lambda request: request) as server:
        port = server.url.rpartition(":")[2]
        outbound = Outbound(Reach.MACHINE, resolve=rebinding)
        reply = outbound.post(f"http://anything.example:{port}/x", b'{"a":1}', {})
    assert (reply.status, reply.body, asked) == (200, b'{"a":1}', ["anything.example"])
    assert server.headers[0]["Host"] == f"anything.example:{port}"


def test_a_redirect_is_an_answer() -> None:
    moved = Reply(status=302, headers={"Location": "http://169.254.169.254/"})
    with FakeNode(lambda request: moved) as server:
        reply = Outbound(Reach.MACHINE).post(server.url, b"{}", {})
    assert reply.status == 302
    assert len(server.seen) == 1


def test_an_answer_is_read_up_to_the_cap() -> None:
    with FakeNode(lambda request: Reply(b"x" * 100_000)) as server:
        outbound = Outbound(Reach.MACHINE, limits=Limits(answer=1_000))
        assert outbound.post(server.url, b"{}", {}).body == b"x" * 1_000


def test_a_header_cannot_smuggle_another() -> None:
    with FakeNode(lambda request: request) as server, pytest.raises(OutboundFailed):
        Outbound(Reach.MACHINE).post(server.url, b"{}", {"X": "a\r\nY: b"})


@pytest.mark.parametrize(
    "reply", [Reply(drop=True), Reply(b"x", announced=50)], ids=["hangs up", "ends early"]
)
def test_a_broken_answer_is_told_as_one(reply: Reply) -> None:
    with FakeNode(lambda request: reply) as server:
        outbound = Outbound(Reach.MACHINE, limits=Limits(seconds=0.5))
        try:
            assert outbound.post(server.url, b"{}", {}).body == b"x"
        except OutboundFailed:
            assert reply.drop


def test_nobody_there_is_told_as_such() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(OutboundFailed):
        Outbound(Reach.MACHINE).post(f"http://127.0.0.1:{port}/", b"{}", {})


def test_plain_text_is_no_tls() -> None:
    with FakeNode(lambda request: request) as server, pytest.raises(OutboundFailed):
        Outbound(Reach.MACHINE).post(server.url.replace("http:", "https:"), b"{}", {})


@contextmanager
def dripping() -> Iterator[str]:
    """A server that sends a byte of its answer's head now and then, and never ends."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000:
                    if ended.wait(0.05):
                        return
                    try:
                        client.send(bytes([byte]))
                    except OSError:
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        ended.set()
        thread.join()


def test_a_slow_answer_ends_when_the_time_is_over() -> None:
    with dripping() as url:
        started = time.monotonic()
        with pytest.raises(OutboundFailed):
            Outbound(Reach.MACHINE, limits=Limits(seconds=0.4)).post(url, b"{}", {})
        assert time.monotonic() - started < 2


def test_a_name_that_is_found_too_late_is_not_connected_to() -> None:
    times = iter([0.0, 10.0])
    late = Outbound(
        Reach.OWN,
        resolve=resolving("10.1.2.3"),
        limits=Limits(seconds=5),
        monotonic=lambda: next(times),
    )
    with pytest.raises(OutboundFailed, match="timeout"):
        late.post("https://sms.example/", b"{}", {})


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.9", "192.168.1.1", "100.64.0.1", "fd00::1"]
)
def test_the_operators_own_networks_are_reached_where_the_settings_lead(address: str) -> None:
    quick = Limits(seconds=0.05)
    own = Outbound(Reach.OWN, resolve=resolving(address), limits=quick)
    with pytest.raises(OutboundFailed):
        own.post("https://sms.example/", b"{}", {})
    for reach in (Reach.PUBLIC, Reach.MACHINE):
        with pytest.raises(OutboundRefused):
            Outbound(reach, resolve=resolving(address)).post("https://sms.example/", b"{}", {})
    with pytest.raises(OutboundRefused):
        own.post("http://sms.example/", b"{}", {})


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "240.0.0.1"],
)
def test_no_setting_leads_to_a_machines_own_secrets(address: str) -> None:
    with pytest.raises(OutboundRefused):
        Outbound(Reach.OWN, resolve=resolving(address)).post("https://x.example/", b"{}", {})


def test_what_a_public_server_says_leads_into_no_network() -> None:
    names = {"id.example": "8.8.8.8", "intranet.example": "10.0.0.7", "here.example": "127.0.0.1"}

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return resolving(names[host])(host, port)

    own = Outbound(Reach.OWN, resolve=resolve, limits=Limits(seconds=0.05))
    public = own.narrowed("https://id.example/")
    for inside in ("intranet.example", "here.example"):
        with pytest.raises(OutboundRefused):
            public.send("GET", f"https://{inside}/keys", None, {})
        with pytest.raises(OutboundFailed):
            own.narrowed("https://intranet.example/").send("GET", f"https://{inside}/", None, {})


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"[1]"), "not_an_object"),
        (Reply(b"<html>"), "not_json"),
        (Reply(b"{}", status=302, headers={"Location": "http://169.254.169.254/"}), "status_302"),
        (Reply(b'{"a":"' + b"x" * 2_000 + b'"}'), "too_long"),
        (Reply(drop=True), "unreachable"),
    ],
)
def test_an_answer_that_is_no_object_has_a_name(reply: Reply, reason: str) -> None:
    outbound = Outbound(Reach.MACHINE, limits=Limits(seconds=2.0, answer=1_000))
    with FakeNode(lambda request: reply) as server, pytest.raises(OutboundFailed) as caught:
        fetch_json(outbound, "POST", server.url, b"{}")
    assert caught.value.reason == reason
