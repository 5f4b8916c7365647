"""The scripts that voters' browsers were to run, as an election's text names them.

Strangers write texts: whatever does not have the form is left out.
"""

import re
from typing import Final

VotingCode = tuple[tuple[str, str], ...]
"""Names of scripts, each with its integrity (Subresource Integrity) when it was published."""
_MOST: Final = 20
_NAME: Final = re.compile("[a-z][a-z0-9.-]{0,39}")
_INTEGRITY: Final = re.compile("sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}")


def voting_code_in(text: object) -> VotingCode:
    """What the parsed text says; nothing where it says nothing."""
    told = text.get("votingCode") if isinstance(text, dict) else None
    return tuple(
        (name, integrity)
        for name, integrity in (told.items() if isinstance(told, dict) else ())
        if _NAME.fullmatch(name) and isinstance(integrity, str) and _INTEGRITY.fullmatch(integrity)
    )[:_MOST]
