"""A page gone through with Tab alone, whatever page it is.

Everything that can be pressed or filled in is come to, in the order of the document; whoever is
there sees it; nothing holds the focus; and assistive technology hears a name everywhere. Details
open when their summary has the focus, as Enter would open them.
"""

from typing import Any, Final

from playwright.sync_api import CDPSession, Page

_MOST: Final = 400
_TAB: Final = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
_ROUND: Final = 10
"""Presses between two looks at how far the focus has come."""
_FOLLOW: Final = """() => {
  const way = window.way = { stops: [], faults: [], fromTop: false, round: false };
  const text = (each) => (each.labels?.[0] ?? each).textContent.trim() || each.name;
  const told = (each) => `${each.tagName} ${text(each)}`;
  const box = (each) =>
    each.matches("input[type=radio], input[type=checkbox]") ? each.closest("label") ?? each : each;
  const isMarked = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
  };
  const isUncovered = (each) => {
    const { left, top, right, bottom } = box(each).getBoundingClientRect();
    const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2;
    const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
    const there = document.elementFromPoint(x, y);
    return there !== null && (box(each).contains(there) || there.contains(each));
  };
  const isBefore = (one, other) =>
    Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  way.told = told;
  way.place = ({ target }) => {
    if (way.round || target === way.stops.at(-1)) return;
    if (way.stops.includes(target)) {
      way.round = target === way.stops[0];
      if (!way.round) way.faults.push(`the focus comes back to ${told(target)}`);
      return;
    }
    const last = way.stops.at(-1);
    if (last && !isBefore(last, target)) {
      if (way.fromTop || !isBefore(target, way.stops[0])) {
        way.faults.push(`${told(target)} comes after ${told(last)}`);
      }
      way.fromTop = true;
    }
    if (target.tabIndex > 0) way.faults.push(`${told(target)} jumps the queue`);
    way.stops.push(target);
    if (![target, box(target)].some(isMarked)) way.faults.push(`unseen focus: ${told(target)}`);
    if (!isUncovered(target)) way.faults.push(`covered focus: ${told(target)}`);
    if (target.matches("summary")) target.parentElement.open = true;
  };
  document.addEventListener("focusin", way.place);
}"""
_MISSED: Final = """() => {
  const { way } = window;
  document.removeEventListener("focusin", way.place);
  const named = (each) => (other) => other.name === each.name && other.form === each.form;
  const radios = [...document.querySelectorAll("input[type=radio]:enabled")];
  const isChosen = (each) => {
    const group = radios.filter(named(each));
    return each === (group.find(({ checked }) => checked) ?? group[0]);
  };
  const all = "a[href], button, input, select, textarea, summary, iframe, [tabindex]";
  return [...document.querySelectorAll(all)]
    .filter((each) => each.tabIndex >= 0 && !each.matches(":disabled, [type=hidden]"))
    .filter((each) => each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !each.matches("input[type=radio]") || isChosen(each))
    .filter((each) => !way.stops.includes(each))
    .map((each) => `Tab never comes to ${way.told(each)}`);
}"""
_NAMELESS: Final = frozenset({"RootWebArea", "main", "generic"})
"""What takes the focus from a script or to be scrolled, and needs no name of its own."""


def keyboard_faults(page: Page) -> list[str]:
    """What somebody without a pointer misses on this page, from where the focus is and around."""
    page.evaluate("document.activeElement?.blur()")
    page.evaluate(_FOLLOW)
    session = page.context.new_cdp_session(page)
    for _ in range(_MOST // _ROUND):
        for _ in range(_ROUND):
            session.send("Input.dispatchKeyEvent", _TAB)
        if page.evaluate("window.way.round"):
            break
    else:
        return ["the focus does not come round: something holds it"]
    found: list[str] = page.evaluate("window.way.faults")
    return [*found, *page.evaluate(_MISSED), *_nameless(session)]


def _nameless(session: CDPSession) -> list[str]:
    """What can have the focus and has no name in the tree that assistive technology reads."""
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        f"nobody hears what this {_value(node, 'role')} is: {node}"
        for node in nodes
        if _takes_focus(node) and not _value(node, "name").strip()
    ]


def _takes_focus(node: dict[str, Any]) -> bool:
    return (
        not node["ignored"]
        and _value(node, "role") not in _NAMELESS
        and any(each["name"] == "focusable" for each in node.get("properties", ()))
    )


def _value(node: dict[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))
