"""The project's pages, and what the tests look up in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
PROTOCOL = PAGES["docs/protocol.md"]
SECURITY = PAGES["docs/security.md"]
README = PAGES["README.md"]
ORGANISER = PAGES["docs/organiser.md"]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for kind, body in _BLOCK.findall(page) if kind == language]


def shell_lines() -> Iterator[tuple[str, str]]:
    """Every line of a shell block with its page."""
    for name, page in PAGES.items():
        for block in blocks(page, "sh"):
            for line in block.splitlines():
                command = line.partition(" #")[0].strip()
                if command:
                    yield name, command


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return _BLOCK.sub("", page)


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the rows of the first table behind `heading`, its header left out."""
    tables = re.search(r"(?:^\|.*\n)+", page[page.index(heading) :], re.MULTILINE)
    assert tables is not None
    lines = tables.group().splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in _HEADING.findall(page)
    }
