"""What the pages load: scripts and style sheets bundled, translations compiled."""

from pathlib import Path
from typing import Final

from scripts.toolchain import stamps
from scripts.toolchain.node_packages import node
from scripts.toolchain.processes import run
from scripts.toolchain.project import ROOT, say
from scripts.toolchain.python_packages import PYTHON

WEB: Final = ROOT / "web"
PACKAGE: Final = ROOT / "backend" / "hanpyo" / "web"
TRANSLATIONS: Final = PACKAGE / "translations"
CONTRACTS: Final = PACKAGE.parent / "chain" / "artifacts"
"""The auditor's script carries the code that it compares contracts with."""
PRODUCTS: Final = (
    PACKAGE / "static" / "manifest.json",
    TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.mo",
)


def provision() -> None:
    """Build the pages' files if a source or a tool changed."""
    inputs = sources()
    if stamps.fresh("pages", inputs, PRODUCTS):
        return
    say("building the pages' scripts, style sheets and translations")
    run([node(), WEB / "build.mjs"], doing="Building the pages")
    run([PYTHON, "-m", "scripts.translations"], doing="Compiling the translations")
    stamps.write("pages", inputs)


def sources() -> list[Path | str]:
    """Every file that the build reads, in a stable order."""
    scripts = [path for path in (WEB / "src").rglob("*") if path.is_file()]
    catalogues = TRANSLATIONS.glob("*/*.po")
    builders = sorted(WEB.glob("*.mjs"))
    own = [*builders, *sorted(CONTRACTS.glob("*.json")), ROOT / "package-lock.json"]
    return [*sorted(scripts), *sorted(catalogues), *own, ROOT / "scripts" / "translations.py"]
