"""Letters to members as a PDF.

The codes in them exist in the answer and nowhere else: no file of it stays here, it is kept by no
cache, and it cannot be asked for again. So whatever can fail fails before codes are made.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Response
from flask_babel import gettext

from hanpyo.db.models import Election, Organisation
from hanpyo.identity.codes import LINK_PAGE
from hanpyo.identity.invitations import PaperLetter
from hanpyo.identity.members import Known
from hanpyo.printing.sheet import Face, document, face_of, lacking
from hanpyo.web.assets import assets
from hanpyo.web.context import runtime
from hanpyo.web.letter_sheet import LetterSheet, Words
from hanpyo.web.moments import language, moment_words

MEDIA_TYPE: Final = "application/pdf"


def guidance(election: Election) -> tuple[str, ...]:
    """What a letter says to its reader, a sentence each."""
    methods = election.methods.split()
    ways = {
        (True, True): gettext("휴대폰으로 QR 코드를 찍거나, 아래 주소에서 코드를 적어 주세요."),
        (True, False): gettext("휴대폰으로 QR 코드를 찍어 주세요."),
        (False, True): gettext("아래 주소에서 코드를 적어 주세요."),
    }
    way = ways.get(("link" in methods, "letter" in methods))
    return (
        gettext("투표에 초대합니다."),
        *((way, gettext("투표가 끝날 때까지 이 편지로 다시 들어오실 수 있습니다.")) if way else ()),
        gettext("이 편지는 본인만 쓰시고 다른 사람에게 보여 주지 마세요."),
    )


@dataclass(frozen=True, slots=True)
class Boxed:
    """A member in whose letter some characters would be boxes."""

    voter: int
    name: str
    characters: str


class LettersPdf:
    """Draws the letters of one election; made before the codes are. Raises `AssetsMissing`."""

    def __init__(self, election: Election) -> None:
        words = _words(election)
        self._title = words.heading
        self._heads = words.title + words.sender
        self._language = words.language
        self._regular = _face("letter.ttf")
        self._strong = _face("letter-strong.ttf")
        self._sheet = LetterSheet(words, self._regular, self._strong)

    def boxed(self, members: Iterable[Known]) -> Iterator[Boxed]:
        """Those of the members whose letter the faces cannot draw whole."""
        common = lacking(self._heads, self._strong)
        for each in members:
            name, address = each.person.name or "", each.person.address or ""
            missing = common + lacking(name, self._strong) + lacking(address, self._regular)
            if missing:
                yield Boxed(each.voter, name, "".join(dict.fromkeys(missing)))

    def response(self, letters: Sequence[PaperLetter]) -> Response:
        """The answer that holds them."""
        pages = (partial(self._sheet.draw, letter=each) for each in letters)
        made = document(self._regular, pages, self._title, self._language)
        response = Response(made, mimetype=MEDIA_TYPE)
        response.headers["Content-Disposition"] = 'attachment; filename="letters.pdf"'
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # a proxy would keep it in a file
        return response


def _face(entry: str) -> Face:
    found = assets()
    return face_of(found.folder / found.get(entry).file)


def _words(election: Election) -> Words:
    with runtime().database.read() as session:
        sender = session.get_one(Organisation, election.organisation_id).name
    period: tuple[str, ...] = ()
    if election.opens_at and election.closes_at:
        period = (f"{moment_words(election.opens_at)} –", moment_words(election.closes_at))
    return Words(
        language=language(),
        heading=gettext("투표 안내"),
        sender=sender,
        salutation=gettext("%(name)s 귀하", name="\0"),
        title=election.title,
        test=gettext("시험 투표입니다. 결과에 쓰이지 않습니다.") if election.test else "",
        guidance=guidance(election),
        site=(gettext("주소"), (runtime().settings.web.public_url.rstrip("/") + LINK_PAGE,)),
        code=gettext("우편 코드"),
        voter=gettext("선거인 번호"),
        period=(gettext("투표 기간"), period),
    )
