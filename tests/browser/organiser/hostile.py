"""An organisation in which every text that people wrote is hostile."""

from dataclasses import dataclass
from typing import Any, Final

from hanpyo.db.models import Election, Organisation, Role
from hanpyo.elections.organising import Organising
from hanpyo.elections.roll_office import RollOffice
from hanpyo.elections.terms import Terms
from hanpyo.identity.staff import accounts
from hanpyo.protocol.agenda import Item, Method
from hanpyo.protocol.types import Secrecy
from tests.browser.organiser.hall import Hall
from tests.browser.town import Held, Question

EVIL: Final = "\"'><script>document.title='taken'</script><img src=x onerror=\"alert(1)\">{{7*7}}"
TIMES: Final = {"opens": 4_000_000_000, "closes": 4_000_000_600, "opening": 4_000_001_200}
GOOD_ROLL: Final = "이름,이메일,주소\n김하나,hana@example.org,서울\n이두리,,부산\n"


@dataclass(frozen=True)
class Hostile:
    """The organisation, its draft with a roll, and its election, in which people vote."""

    organisation: str
    draft: str
    held: Held


def content(text: str) -> dict[str, Any]:
    """A definition that says `text` wherever it may say anything."""
    item = {
        "title": text,
        "description": text,
        "options": [f"{text} 1", f"{text} 2"],
        "documents": [{"title": text, "url": "https://docs.example/'%22%3Cscript%3E"}],
        "rule": {"decision": "threshold", "quorum": "> 1/2", "approval": ">= 2/3"},
    }
    whole = {"title": text, "organisation": text, "times": TIMES, "items": [item, item]}
    return whole | {"groups": [text], "classes": [{"name": text, "group": text}]}


def found_by_foes(hall: Hall) -> Hostile:
    """Make the organisation with all that it has."""
    runtime = hall.town.deployment.scene.runtime
    more = {"description": EVIL, "documents": [{"title": EVIL, "url": "https://docs.example/%22"}]}
    question = Question(EVIL, (f"{EVIL} 1", f"{EVIL} 2"), Item(Method.CHOOSE_ONE, 2), more)
    text = {"organisation": EVIL}
    held = hall.town.hold((question,), title=EVIL, secrecy=Secrecy.SEALED, text=text)
    with runtime.database.write() as session:
        organisation = Organisation(name=EVIL, created_at=runtime.now())
        session.add(organisation)
        session.flush()
        place = organisation.id
        session.get_one(Election, held.id).organisation_id = place
    terms = Terms("L0", ("link", "letter"))
    row = Organising(runtime).create("console", place, content(EVIL), terms, test=True)
    office = RollOffice(runtime)
    kept = office.preview("console", row.id, GOOD_ROLL.encode())
    assert kept.id is not None
    office.accept("console", row.id, kept.id)
    accounts.invite(hall.desk, "console", place, Role.CLERK, name=EVIL, mail="a@example.org")
    return Hostile(place, row.id, held)
