"""Translations of the pages: `python -m scripts.translations` compiles them, `--check` checks.

Texts stand in Korean in templates, in Python and in TypeScript. Each area of the pages has its own
catalogue, translations/<language>/<area>.po; together they must hold every text once translated
and nothing else. What is missing is printed in the form that a catalogue takes.
"""

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT: Final = Path(__file__).resolve().parents[1]
WEB: Final = ROOT / "backend" / "hanpyo" / "web"
TRANSLATIONS: Final = WEB / "translations"
LANGUAGES: Final = ("en",)
_METHODS: Final = [("templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
_OPTIONS: Final = {"templates/**.html": {"encoding": "utf-8", "silent": "false", "trimmed": "true"}}


def used() -> dict[str, str]:
    """Every text of the pages, and one place where it is shown."""
    found: dict[str, str] = {}
    extracted = extract_from_dir(
        WEB, _METHODS, _OPTIONS, keywords=_KEYWORDS, strip_comment_tags=True
    )
    for file, line, message, _, _ in extracted:
        text = message if isinstance(message, str) else message[0]
        found.setdefault(text, f"{file}:{line}")
    node = shutil.which("node")
    if node is None:
        raise SystemExit("node.js is needed to read the texts of the scripts: run make setup")
    told = subprocess.run(
        [node, ROOT / "web" / "texts.mjs"], check=True, capture_output=True, timeout=60
    )
    for file, texts in json.loads(told.stdout).items():
        for text in texts:
            found.setdefault(text, f"web/src/{file}")
    return found


def catalogues(language: str) -> Iterator[tuple[Path, Catalog]]:
    """The catalogues of a language, one an area."""
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        yield path, read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)


def joined(language: str) -> Catalog:
    """All areas of a language in one catalogue."""
    whole = Catalog(locale=language, project="hanpyo", version="1", fuzzy=False)
    for _, part in catalogues(language):
        for message in part:
            if message.id and message.string:
                whole.add(message.id, message.string)
    return whole


def compile_all() -> None:
    """Write the compiled catalogues, the same bytes from the same sources."""
    for language in LANGUAGES:
        folder = TRANSLATIONS / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        write_mo(out, joined(language))
        (folder / "messages.mo").write_bytes(out.getvalue())


def faults(language: str) -> list[str]:
    """What is missing, unused, doubled or left empty, for people to read."""
    wanted = used()
    seen: dict[str, str] = {}
    told: list[str] = []
    for path, part in catalogues(language):
        for message in part:
            if not message.id:
                continue
            text = message.id if isinstance(message.id, str) else message.id[0]
            if text in seen:
                told.append(f"{path.name}: also in {seen[text]}: {text}")
            seen[text] = path.name
            if not message.string or message.fuzzy:
                told.append(f"{path.name}: not translated: {text}")
            elif text not in wanted:
                told.append(f"{path.name}: shown nowhere: {text}")
    missing = [text for text in wanted if text not in seen]
    return told + [
        f'#: {wanted[text]}\nmsgid {json.dumps(text, ensure_ascii=False)}\nmsgstr ""\n'
        for text in missing
    ]


def main(arguments: Sequence[str]) -> int:
    """Compile, or with `--check` print what is wrong."""
    if "--check" not in arguments:
        compile_all()
        return 0
    told = [fault for language in LANGUAGES for fault in faults(language)]
    print("\n".join(told))
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
