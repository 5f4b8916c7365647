"""A demonstration in a running service: a co-operative's assembly, open for votes within a minute.

It takes the same ways as real people: organisation, invitation, roll file, draft, publishing,
letters. The 120 members are made up and have no contacts; their links are in the letters. A later
start finds the one that is still open.
"""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from hanpyo.chain.accounts import read_password_file
from hanpyo.chain.headers import fetch_header
from hanpyo.db.models import Election, ElectionState, Role
from hanpyo.elections.demonstration import MEMBERS, QUESTIONS, assembly_text
from hanpyo.elections.keyfiles import save_trustee_key
from hanpyo.elections.organising import Organising
from hanpyo.elections.roll_office import RollOffice
from hanpyo.elections.terms import Terms
from hanpyo.errors import HanpyoError
from hanpyo.identity.invitations import Invitations
from hanpyo.identity.staff import accounts, organisations
from hanpyo.identity.staff.desk import desk_of
from hanpyo.operation.shown import Opened, Shown, chain_time, keep, kept, takes_ballots
from hanpyo.protocol.agenda import Item, Method, Share
from hanpyo.runtime import Runtime
from hanpyo.secrecy.trustee import TrusteeKey

ACTOR: Final = "service:demonstration"
_LEAD: Final = 40
"""Seconds that publishing may take on a chain with blocks of a second."""
_VOTING, _DESK, _GAP, _RELEASE, _CHALLENGE = 86_400, 600, 600, 86_400, 600
_PATIENCE: Final = 180.0
_POLL: Final = 0.25


class DemonstrationFailed(HanpyoError):
    """The demonstration election could not be opened."""

    code: ClassVar[str] = "demonstration_failed"


def demonstrate(
    runtime: Runtime,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Shown:
    """The demonstration, which takes ballots: that of an earlier start, or a new one.

    The tasks must be running. Raises `DemonstrationFailed` and what the use-cases raise.
    """
    earlier = kept(runtime)
    if earlier is not None and takes_ballots(runtime, earlier):
        return earlier
    shown = _open(runtime, monotonic, sleep)
    keep(runtime, shown)
    return shown if earlier is None else replace(shown, opened=Opened.INSTEAD)


def _open(
    runtime: Runtime, monotonic: Callable[[], float], sleep: Callable[[float], None]
) -> Shown:
    """Make a demonstration and wait until it takes ballots."""
    desk = desk_of(runtime)
    organisation = organisations.create(desk, ACTOR, "한표협동조합 (시연)")
    link = accounts.invite(
        desk,
        ACTOR,
        organisation.id,
        Role.ORGANISER,
        name="시연 담당자",
        mail="demo@example.invalid",
    )
    trustee, key_file = _trustee(runtime)
    organising, office = Organising(runtime), RollOffice(runtime)
    opens_at = chain_time(runtime) + _LEAD
    draft = organising.create(
        ACTOR,
        organisation.id,
        definition(opens_at, trustee),
        Terms("L0", ("link", "letter")),
        test=True,
    )
    preview = office.preview(ACTOR, draft.id, members_csv())
    if preview.id is None:
        raise DemonstrationFailed("the roll of the demonstration has errors")
    office.accept(ACTOR, draft.id, preview.id)
    organising.publish(ACTOR, draft.id)
    election = _await_open(runtime, draft.id, opens_at, monotonic, sleep)
    invitations = Invitations(
        runtime.database, runtime.vault, runtime.settings.web.public_url, runtime.clock
    )
    letters = invitations.invite(draft.id, "all").letters
    return Shown(
        organisation.id,
        draft.id,
        "0x" + (election.address or b"").hex(),
        link.url,
        tuple(letter.link for letter in letters),
        key_file,
    )


def members_csv() -> bytes:
    """The roll as an office would hand it in."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["조합원번호", "이름"])
    writer.writerows([number, f"시연 조합원 {number:03}"] for number in range(1, MEMBERS + 1))
    return out.getvalue().encode("utf-8-sig")


def definition(opens_at: int, trustee: TrusteeKey) -> dict[str, Any]:
    """The assembly's definition, as an organiser writes it."""
    closes = opens_at + _VOTING
    barrier, opening = closes + _DESK, closes + _DESK + _GAP
    x, y = trustee.public
    texts = assembly_text()
    return {
        "title": texts["title"],
        "secrecy": "sealed",
        "times": {
            "opens": opens_at,
            "closes": closes,
            "barrier": barrier,
            "opening": opening,
            "keyDeadline": opening + _RELEASE,
            "certify": opening + _RELEASE + _CHALLENGE,
        },
        "trusteeKey": {"x": hex(x), "y": hex(y)},
        "items": [
            _item(text, question.item)
            for text, question in zip(texts["items"], QUESTIONS, strict=True)
        ],
    }


def _item(text: dict[str, Any], item: Item) -> dict[str, Any]:
    rule: dict[str, Any] = {"decision": item.rule.decision.name.lower()}
    if item.rule.quorum is not None:
        rule["quorum"] = _share(item.rule.quorum)
    if item.rule.approval is not None:
        rule["approval"] = _share(item.rule.approval)
    method = item.method.name.lower().replace("_", "-")
    most = {} if item.method is Method.CHOOSE_ONE else {"maximum": item.maximum}
    return {**text, "method": method, "rule": rule, **most}


def _share(share: Share) -> str:
    return f"{'>' if share.strict else '>='} {share.numerator}/{share.denominator}"


def _trustee(runtime: Runtime) -> tuple[TrusteeKey, Path]:
    """A fresh trustees' key, and the keystore that holds it."""
    folder = runtime.settings.data / "keystores"
    file = folder / f"trustee-{runtime.now()}.json"
    trustee = TrusteeKey.generate()
    save_trustee_key(file, trustee, read_password_file(folder / "password"))
    return trustee, file


def _await_open(
    runtime: Runtime,
    election_id: str,
    opens_at: int,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> Election:
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        with runtime.database.read() as session:
            election = session.get_one(Election, election_id)
        if election.state == ElectionState.FAILED:
            raise DemonstrationFailed(f"the demonstration was not published: {election.fault}")
        is_open = fetch_header(runtime.rpc, "latest").timestamp >= opens_at
        if election.state == ElectionState.PUBLISHED and is_open:
            return election
        sleep(_POLL)
    raise DemonstrationFailed("the demonstration was not open in time")
