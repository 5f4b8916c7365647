"""What the build made for browsers: scripts, style sheets and fonts, named by their content.

`voting_code` is what a voter's browser runs and signs with: each election publishes it.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Final

from hanpyo.errors import HanpyoError

STATIC: Final = Path(__file__).resolve().parent / "web" / "static"
_VOTING: Final = ("site.js", "voter.js")
"""Every script of the page that makes keys, seals and signs."""


class AssetsMissing(HanpyoError):
    """The pages' files were not built: `make setup` builds them."""

    code: ClassVar[str] = "assets_missing"


@dataclass(frozen=True, slots=True)
class Asset:
    """One built file; sizes in bytes. `texts` are those that a script may show."""

    file: str
    integrity: str
    size: int
    compressed: int
    texts: tuple[str, ...]


class Assets:
    """The built files of a folder."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder

    @cached_property
    def entries(self) -> dict[str, Asset]:
        """By entry name, such as `voter.js`; raises `AssetsMissing`."""
        try:
            told = json.loads((self.folder / "manifest.json").read_bytes())
        except FileNotFoundError:
            raise AssetsMissing("the pages' scripts are not built; run `make setup`") from None
        return {
            name: Asset(**(each | {"texts": tuple(each["texts"])})) for name, each in told.items()
        }

    def get(self, name: str) -> Asset:
        """The file of an entry; raises `AssetsMissing`."""
        try:
            return self.entries[name]
        except KeyError:
            raise AssetsMissing(f"the build has no entry {name}; run `make setup`") from None

    def voting_code(self) -> dict[str, str]:
        """The integrity of each script of the voting page; raises `AssetsMissing`."""
        return {name: self.get(name).integrity for name in _VOTING}
