"""Taking a private list in: the registrar's own copy of the contacts, and its letters.

The list must belong to the election: every blind and member id gives the commitment that the roll
holds, so that a list of another election, or with voters exchanged, is refused. What the list says
of contacts is the organisation's word; a registrar that knows better keeps its own list.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from hanpyo.elections.private_list import PrivateEntry, read_private_list
from hanpyo.errors import HanpyoError
from hanpyo.protocol.types import Address
from hanpyo.registrar.contacts import Contact
from hanpyo.registrar.frozen import FrozenElection
from hanpyo.registrar.member_check import LETTER
from hanpyo.registrar.opening import Desk
from hanpyo.registrar.proofs import LETTER_LETTERS, new_code
from hanpyo.spreadsheets import write_csv

_HEADINGS: Final = ("선거인 번호", "이름", "주소", "확인 번호")


class ForeignList(HanpyoError):
    """The private list is not this election's."""

    code: ClassVar[str] = "foreign_list"


def import_contacts(desk: Desk, address: Address, data: bytes, passphrase: str) -> int:
    """Keep the contacts of a private list; how many voters can be reached.

    Raises `BadPrivateList`, `ForeignList`, and as `Elections.get`.
    """
    entries = _entries(desk.office.elections.get(address), data, passphrase)
    return desk.contacts.replace(
        address, ((each.voter, Contact.of(each.person)) for each in entries)
    )


def make_letters(desk: Desk, address: Address, data: bytes, passphrase: str) -> tuple[bytes, int]:
    """CSV to print letters from, a fresh code for each attested voter; how many. Old codes end.

    The codes stand nowhere else: the CSV is as secret as the letters. Raises as `import_contacts`.
    """
    letters = list(_letters(desk, address, data, passphrase))
    return write_csv(_HEADINGS, letters), len(letters)


def _letters(
    desk: Desk, address: Address, data: bytes, passphrase: str
) -> Iterator[tuple[int, str, str, str]]:
    """Voter number, name, address and code of each letter."""
    election = desk.office.elections.get(address)
    lasting = max(1, election.manifest.timetable.closes_at - desk.parts.now())
    for each in _entries(election, data, passphrase):
        if each.blind is None:
            continue
        code = new_code(LETTER_LETTERS)
        desk.verifiers.put(address, each.voter, f"{LETTER}:post", code, lasting)
        yield each.voter, each.person.name or "", each.person.address or "", code


def _entries(election: FrozenElection, data: bytes, passphrase: str) -> Sequence[PrivateEntry]:
    entries = read_private_list(data, passphrase).entries
    for each in entries:
        known = 0 <= each.voter < len(election.roll)
        if not known or each.commitment not in (None, election.roll[each.voter].who):
            raise ForeignList("the private list is not that of this election's roll")
    return entries
