"""Logs, URLs and the database without its key hold no name, contact, code or token."""

import io
import logging

import pytest
import structlog
from sqlalchemy import text

from hanpyo.db.leases import Leases
from hanpyo.db.models import Base
from hanpyo.identity.notices.channels import SendFailed
from hanpyo.identity.notices.sender import NoticeSender
from hanpyo.identity.notices.templates import Text
from tests.service.village import PEOPLE, Village


class Refusing:
    """A channel that takes nothing."""

    name = "mail"

    def send(self, recipient: str, text: Text, reference: str) -> None:
        raise SendFailed("smtp_451")

    def rest(self) -> None:
        pass


def test_nothing_personal_reaches_log_or_database(
    place: Village, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = []
    with structlog.testing.capture_logs() as events, caplog.at_level(logging.DEBUG):
        invited = place.identity.invitations.invite(place.election, "all")
        secrets += [letter.code for letter in invited.letters]
        secrets += [letter.parameters["link"].partition("#")[2] for _, letter in place.letters()]
        visitor = place.by_link(0)
        secrets.append(visitor.token)
        begun = visitor.post("/v1/sessions/challenges", {"method": "mail"}).json["challenge"]
        code = place.sent_code()
        secrets.append(code)
        visitor.answer(begun, code="1234")
        visitor.answer(begun, code=code)
        secrets.append(visitor.token)
        place.visitor().post("/v1/sessions", {"token": "a-wrong-token-of-somebody"})
        path = f"/v1/elections/{place.election}/challenges"
        for contact in (PEOPLE[1].mail, "stranger@example.org"):
            for _ in range(6):
                place.visitor().post(path, {"method": "mail", "contact": contact})
        visitor.post("/v1/me/key", {"type": "address", "address": "0x" + "ab" * 20})
        task = NoticeSender(place.runtime.database, place.runtime.vault, Refusing(), place.clock)
        held = Leases(place.runtime.database, "test", clock=place.clock).take(task.name)
        assert held is not None
        task.step(held)
    assert any(event["event"] == "notice_not_sent" for event in events)
    out = io.StringIO()
    out.write(repr(events) + caplog.text + capsys.readouterr().out)
    with place.runtime.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            out.write(str(connection.execute(text(f"SELECT * FROM {table.name}")).all()))
    shown = out.getvalue()
    for person in PEOPLE:
        known = (person.name, person.mail, person.phone, person.address, person.subject)
        secrets += [each for each in known if each]
    secrets += ["a-wrong-token-of-somebody", "stranger@example.org", "1961-02-03"]
    leaked = [
        each
        for each in secrets
        if each in shown or each.encode().hex() in shown or repr(each.encode())[2:-1] in shown
    ]
    assert leaked == []
