"""Make the pictures of the pages from what the commands really print.

`python -m scripts.make_pictures` runs `hanpyo demo` on a terminal of its own and draws what it
shows, up to the audit, as `docs/images/demo.svg`; then it serves the demonstration, votes in it,
and draws that as `docs/images/service.svg`. Every run of characters of one width is placed by
itself, so that Korean and box-drawing characters stand in their columns whatever font shows them.
"""

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import MONOKAI, TerminalTheme
from rich.text import Text

from scripts.toolchain.project import ROOT

PICTURES = ROOT / "docs" / "images"
HANPYO = str(Path(sys.executable).with_name("hanpyo"))
COLUMNS = 120
_LAST_LINE = "선정 방식 재계산"
_CELL, _LINE, _SIZE, _MARGIN, _BAR = 8.4, 18, 14, 20, 36
_FONTS = "ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK KR', NanumGothicCoding, monospace"
_DOTS = ("#ff5f57", "#febc2e", "#28c840")


def terminal_output(command: list[str]) -> str:
    """What a command prints on a terminal, colours included."""
    ours, theirs = pty.openpty()
    settings = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=settings
    ) as running:
        os.close(theirs)
        text = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    if running.returncode:
        raise SystemExit(f"{command} ended with {running.returncode}")
    return text.replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the terminal's other side is closed
        return b""


def draw(title: str, text: str, theme: TerminalTheme = MONOKAI) -> str:
    """An SVG of a terminal window with this text."""
    lines = Console(width=COLUMNS, color_system="truecolor").render_lines(
        Text.from_ansi(text), pad=False
    )
    width = 2 * _MARGIN + COLUMNS * _CELL
    height = _BAR + 2 * _MARGIN + len(lines) * _LINE
    box = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
    font = f'font-family="{escape(_FONTS)}" font-size="{_SIZE}" xml:space="preserve"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" rx="9" fill="#1c1c1c"/>',
        *(
            f'<circle cx="{22 + 20 * at}" cy="18" r="6" fill="{dot}"/>'
            for at, dot in enumerate(_DOTS)
        ),
        f'<g fill="#d9d9d9" {font}>',
        f'<text x="{width / 2:g}" y="23" text-anchor="middle">{escape(title)}</text>',
    ]
    for row, line in enumerate(lines):
        parts += _draw_line(line, _BAR + _MARGIN + row * _LINE, theme)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _draw_line(line: list[Segment], y: float, theme: TerminalTheme) -> Iterator[str]:
    column = 0
    for segment in line:
        style = segment.style or Style.null()
        for kind, characters in groupby(segment.text, _kind):
            run = "".join(characters)
            cells = cell_len(run)
            if kind != "blank":
                yield (
                    f'<text x="{_MARGIN + column * _CELL:g}" y="{y:g}" '
                    f'textLength="{cells * _CELL:g}" lengthAdjust="{_adjust(kind)}"'
                    f"{_paint(style, theme)}>{escape(run)}</text>"
                )
            column += cells


def _kind(character: str) -> str:
    if character == " ":
        return "blank"
    if "─" <= character <= "╿":
        return "line"
    return "wide" if cell_len(character) > 1 else "narrow"


def _adjust(kind: str) -> str:
    return "spacingAndGlyphs" if kind == "line" else "spacing"


def _paint(style: Style, theme: TerminalTheme) -> str:
    weight = ' font-weight="bold"' if style.bold else ""
    if style.color is None or style.color.is_default:
        return weight
    red, green, blue = style.color.get_truecolor(theme)
    return f'{weight} fill="#{red:02x}{green:02x}{blue:02x}"'


def demonstration() -> str:
    """What `hanpyo demo` shows, up to the audit's last check."""
    printed = terminal_output([HANPYO, "demo"])
    start = printed.index(_LAST_LINE)
    return printed[: printed.index("\n", start)].strip("\n")


def service() -> str:
    """What `make run` shows, and what a member who votes then sees."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        settings = os.environ | {"HANPYO_LOG__LEVEL": "warning", "PYTHONUNBUFFERED": "1"}
        command = [HANPYO, "serve", "--demo", "--data", "hanpyo-data"]
        with (
            out.open("w") as file,
            subprocess.Popen(command, stdout=file, cwd=folder, env=settings) as serving,
        ):
            try:
                links = _once_it_says(out, "hanpyo audit")
                line = re.search(r"hanpyo vote .*\\\n.*", links)
                if line is None:
                    raise SystemExit("the service printed no command to vote")
                words = shlex.split(line[0].replace("\\\n", " "))
                voted = subprocess.run(
                    [HANPYO, *words[1:]], cwd=folder, capture_output=True, text=True, check=True
                )
            finally:
                serving.send_signal(signal.SIGINT)
    return "\n".join(
        (
            "$ make run",
            links.rstrip(),
            "",
            f"$ {line[0]}",
            voted.stdout.rstrip(),
        )
    )


def _once_it_says(file: Path, words: str, seconds: float = 180) -> str:
    """What is in the file, once these words are."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = file.read_text()
        if words in text:
            return text
        time.sleep(0.5)
    raise SystemExit(f"{words!r} was not printed within {seconds:g} s")


def main() -> None:
    """Draw the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, title, shown in (
        ("demo", "hanpyo demo", demonstration()),
        ("service", "make run", service()),
    ):
        picture = PICTURES / f"{name}.svg"
        picture.write_text(draw(title, shown), encoding="utf-8")
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
