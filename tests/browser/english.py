"""A page as it stands, in English without a reload: what its scripts and forms have made stays.

The texts of pages are messages of one catalogue, so each that stands in a page is found in it and
shown as its translation for a while. What others wrote, such as an agenda, is no message and stays.
Pages that a browser can simply open are asked for in English instead.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from playwright.sync_api import Page

from scripts.translations import joined

_VALUE: Final = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
_BETWEEN: Final = " · "
_COLLECT: Final = """() => {
  const shown = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) shown.push({ node: texts.currentNode, name: null });
  for (const node of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    for (const name of ["aria-label", "placeholder", "title"]) {
      if (node.hasAttribute(name)) shown.push({ node, name });
    }
  }
  const read = ({ node, name }) => name === null ? node.nodeValue : node.getAttribute(name);
  return shown.map((each) => ({ ...each, own: read(each) })).filter(({ own }) => own.trim() !== "");
}"""
_READ: Final = "(places) => places.map(({ own }) => own)"
_WRITE: Final = """(places, texts) => {
  document.documentElement.lang = "en";
  places.forEach((place, at) => {
    place.put = texts[at];
    if (place.name === null) place.node.nodeValue = place.put;
    else place.node.setAttribute(place.name, place.put);
  });
}"""
_PUT_BACK: Final = """(places) => {
  document.documentElement.lang = "ko";
  for (const { node, name, own, put } of places) {
    if (name === null && node.nodeValue === put) node.nodeValue = own;
    if (name !== null && node.getAttribute(name) === put) node.setAttribute(name, own);
  }
}"""
"""What the page has changed meanwhile stays as it has it."""


@contextmanager
def in_english(page: Page) -> Iterator[None]:
    """A Korean page in English while the block runs."""
    places = page.evaluate_handle(_COLLECT)
    try:
        places.evaluate(_WRITE, [english(text) for text in places.evaluate(_READ)])
        yield
        places.evaluate(_PUT_BACK)
    finally:
        places.dispose()


@cache
def english(text: str) -> str:
    """The text in English with the space around it; what is no message of ours as it is."""
    words = " ".join(text.split())
    found = _messages().get(words) or _filled(words)
    if found is None:
        parts = words.split(_BETWEEN)
        found = _BETWEEN.join(map(english, parts)) if len(parts) > 1 else words
    return text.replace(text.strip(), found) if found != words else text


@cache
def _messages() -> dict[str, str]:
    catalogue = (each for each in joined("en") if each.id)
    return {" ".join(str(each.id).split()): str(each.string) for each in catalogue}


@cache
def _shapes() -> list[tuple[tuple[str, ...], re.Pattern[str], str]]:
    """Messages with values in them, as their own words, a pattern and the translation.

    Those with most words of their own come first.
    """
    shapes = [
        (tuple(_VALUE.split(korean)[::3]), re.compile(_expression(korean)), text)
        for korean, text in _messages().items()
        if _VALUE.search(korean)
    ]
    return sorted(shapes, key=lambda shape: -len("".join(shape[0])))


def _expression(korean: str) -> str:
    parts = _VALUE.split(korean)
    names = [one or other for one, other in zip(parts[1::3], parts[2::3], strict=True)]
    groups = [
        f"(?P<{name}>.+)" if name not in names[:at] else f"(?P={name})"
        for at, name in enumerate(names)
    ]
    literals = [re.escape(literal) for literal in parts[::3]]
    return "".join(one + other for one, other in zip(literals, [*groups, ""], strict=True))


def _filled(words: str) -> str | None:
    for own, shape, text in _shapes():
        # A pattern alone would try every way to part a long text.
        found = shape.fullmatch(words) if all(each in words for each in own) else None
        if found is not None:
            values = {name: english(value) for name, value in found.groupdict().items()}
            return _VALUE.sub(r"{\1\2}", text).format_map(values)
    return None
