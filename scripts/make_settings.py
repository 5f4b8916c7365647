"""Write the table of settings into docs/operate.md: `python -m scripts.make_settings [--check]`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from hanpyo.config import Settings

PAGE: Final = Path(__file__).parents[1] / "docs" / "operate.md"
START, END = "<!-- settings:start -->", "<!-- settings:end -->"
_HEAD: Final = "| setting | default | meaning |\n|---|---|---|"


def rows(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Each setting: its name, its default, what it means."""
    for name, field in model.model_fields.items():
        place = f"{path}{name}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from rows(inner, f"{place}.")
            continue
        yield place, _shown(field.default), " ".join((field.description or "").split())


def table() -> str:
    """The table as it stands on the page."""
    lines = [
        f"| `{name}` | {default} | {meaning.replace('|', chr(92) + '|')} |"
        for name, default, meaning in rows(Settings)
    ]
    return "\n".join([START, _HEAD, *lines, END])


def page(text: str) -> str:
    """The page with its table as it should be."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return before + table() + after


def _shown(default: Any) -> str:
    if default is None or default is PydanticUndefined or default == ():
        return "–"
    if isinstance(default, tuple):
        return f"`{', '.join(map(str, default))}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def main() -> None:
    """Write the page, or with `--check` say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(text), encoding="utf-8")
    elif text != page(text):
        raise SystemExit("docs/operate.md: the table of settings is not that of the code")


if __name__ == "__main__":
    main()
