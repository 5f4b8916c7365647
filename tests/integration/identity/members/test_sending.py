"""Messages go out over a real mail server and a real gateway, or fail by a name."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from hanpyo.config import MailSection, SmsSection
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.mail import Mail
from hanpyo.identity.notices.sms import Sms
from hanpyo.identity.notices.templates import Text, render
from tests.service.authority import Authority
from tests.service.outlets import Gateway, Mailbox, mail_server, sms_gateway

TEXT = Text("제목", "안녕하세요.\n둘째 줄\n", "짧은 글")


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's TLS."""
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = Authority(time.time())
    issued = authority.issue("127.0.0.1", address="127.0.0.1")
    (folder / "root.pem").write_bytes(authority.pem())
    (folder / "server.pem").write_bytes(
        issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + issued.certificate.public_bytes(Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cafile=str(folder / "root.pem"))


@pytest.fixture(scope="module")
def standing_server() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(standing_server: Mailbox) -> Mailbox:
    standing_server.taken.clear()
    standing_server.refusal, standing_server.delay, standing_server.connections = "", 0.0, 0
    return standing_server


@pytest.fixture(scope="module")
def standing_gateway() -> Iterator[Gateway]:
    with sms_gateway() as gateway:
        yield gateway


@pytest.fixture
def gateway(standing_gateway: Gateway) -> Gateway:
    standing_gateway.taken.clear()
    standing_gateway.tokens.clear()
    standing_gateway.status, standing_gateway.body, standing_gateway.delay = 200, b"{}", 0.0
    return standing_gateway


def plain(port: int, **more: object) -> MailSection:
    given = {"host": "127.0.0.1", "port": port, "security": "none"} | more
    return MailSection.model_validate(given | {"sender": "한표 <vote@example.org>"})


def failure(mail: Mail, recipient: str = "a@example.org") -> tuple[str, bool]:
    with pytest.raises(SendFailed) as caught:
        mail.send(recipient, TEXT, "reference")
    mail.rest()
    return caught.value.reason, caught.value.final


def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    mail = Mail(plain(mailbox.port))
    mail.send("hana@example.org", TEXT, "reference")
    mail.send("duri@example.org", TEXT, "another")
    mail.rest()
    first, second = mailbox.taken
    assert (first["Subject"], first["From"], first["To"]) == (
        "제목",
        "한표 <vote@example.org>",
        "hana@example.org",
    )
    assert first.get_content().replace("\r\n", "\n") == TEXT.body
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == "<reference@example.org>"
    assert second["To"] == "duri@example.org"
    assert mailbox.connections == 1


@pytest.mark.parametrize(
    "title", ["총회\r\nBcc: evil@example.org", "총회\nX-Header: 1\n\nbody", "총회\0\x0b\x85끝"]
)
def test_no_title_adds_a_header(mailbox: Mailbox, title: str) -> None:
    text = render("key_bound", {"title": title, "voter": "1"})
    mail = Mail(plain(mailbox.port))
    mail.send("hana@example.org", text, "reference")
    mail.rest()
    [taken] = mailbox.taken
    assert set(taken.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "X-Peer",
        "X-MailFrom",
        "X-RcptTo",
    }
    assert "\n" not in taken["Subject"]


@pytest.mark.parametrize(
    "recipient",
    ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "", "nobody", "@"],
)
def test_a_recipient_is_one_address(mailbox: Mailbox, recipient: str) -> None:
    assert failure(Mail(plain(mailbox.port)), recipient) == ("bad_address", True)
    assert mailbox.taken == []


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ("550 no such user a@example.org", ("smtp_550", True)),
        ("451 later", ("smtp_451", False)),
    ],
)
def test_refusals_are_final_or_not(mailbox: Mailbox, refusal: str, told: tuple[str, bool]) -> None:
    mailbox.refusal = refusal
    assert failure(Mail(plain(mailbox.port))) == told


def test_a_slow_server_is_not_waited_for(mailbox: Mailbox) -> None:
    mailbox.delay = 1.0
    begun = time.monotonic()
    assert failure(Mail(plain(mailbox.port), seconds=0.2)) == ("smtp_timeout", False)
    assert time.monotonic() - begun < 1.0


def test_no_server_and_no_setting_have_names() -> None:
    assert failure(Mail(plain(1))) == ("smtp_unreachable", False)
    assert failure(Mail(MailSection())) == ("not_configured", False)


def test_tls_from_the_first_byte(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, trusting = contexts
    with mail_server(tls=server) as mailbox:
        mail = Mail(plain(mailbox.port, security="tls"), tls=trusting)
        mail.send("hana@example.org", TEXT, "reference")
        mail.rest()
        assert len(mailbox.taken) == 1
        strict = Mail(plain(mailbox.port, security="tls"))
        assert failure(strict) == ("smtp_tls", False)


def test_starttls_with_a_password(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, trusting = contexts
    secure = {"security": "starttls", "username": "hanpyo"}
    with mail_server(starttls=server) as mailbox:
        right = plain(mailbox.port, **secure, password=SecretStr("a-mail-password"))
        mail = Mail(right, tls=trusting)
        mail.send("hana@example.org", TEXT, "reference")
        mail.rest()
        assert len(mailbox.taken) == 1
        wrong = plain(mailbox.port, **secure, password=SecretStr("wrong"))
        assert failure(Mail(wrong, tls=trusting)) == ("smtp_535", False)
        assert failure(Mail(right)) == ("smtp_tls", False)


def test_starttls_is_never_given_up_for_plain_text(mailbox: Mailbox) -> None:
    mail = Mail(plain(mailbox.port, security="starttls"))
    assert failure(mail) == ("smtp_not_supported", False)
    assert mailbox.taken == []


def sms_failure(sms: Sms) -> tuple[str, bool]:
    with pytest.raises(SendFailed) as caught:
        sms.send("+821023456781", TEXT, "reference")
    return caught.value.reason, caught.value.final


def test_a_text_message_is_posted_with_the_token(gateway: Gateway) -> None:
    settings = SmsSection(url=gateway.url, token=SecretStr("a-gateway-token"))
    Sms(settings).send("+821023456781", TEXT, "reference")
    assert gateway.taken == [{"to": "+821023456781", "text": "짧은 글", "reference": "reference"}]
    assert gateway.tokens == ["Bearer a-gateway-token"]


@pytest.mark.parametrize("body", [b"", b"accepted", b"[1]"])
def test_what_a_gateway_says_beside_a_success_is_its_own(gateway: Gateway, body: bytes) -> None:
    gateway.body, gateway.status = body, 202
    Sms(SmsSection(url=gateway.url)).send("+821023456781", TEXT, "reference")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (302, ("status_302", False)),
        (307, ("status_307", False)),
        (400, ("status_400", True)),
        (401, ("status_401", False)),
        (429, ("status_429", False)),
        (500, ("status_500", False)),
    ],
)
def test_a_gateways_failures_are_final_or_not(
    gateway: Gateway, status: int, told: tuple[str, bool]
) -> None:
    gateway.status, gateway.redirected = status, 0
    assert sms_failure(Sms(SmsSection(url=gateway.url))) == told
    assert gateway.redirected == 0


def test_a_slow_gateway_is_not_waited_for(gateway: Gateway) -> None:
    gateway.delay = 0.6
    assert sms_failure(Sms(SmsSection(url=gateway.url), seconds=0.2)) == ("timeout", False)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, ("not_configured", False)),
        ("http://203.0.113.1/send", ("unsafe_url", False)),
        ("file:///etc/passwd", ("unsafe_url", False)),
        ("https://user:password@gateway.example/", ("unsafe_url", False)),
        ("http://127.0.0.1:1/send", ("unreachable", False)),
    ],
)
def test_urls_that_are_not_connected_to(url: str | None, told: tuple[str, bool]) -> None:
    assert sms_failure(Sms(SmsSection(url=url))) == told
