"""Where Pabulib files for the tests are: the project's own, and real ones where they are at hand.

The project ships no city's data. Files in `../shared/data` beside the repository are used when they
are there; the project's own files hold the same shapes, so that every test exists without them.
"""

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

VECTORS = _ROOT / "tests" / "vectors" / "pabulib"
REAL = sorted((_ROOT.parent / "shared" / "data").glob("*.pb"))
FILES = sorted(VECTORS.glob("*.pb")) + REAL
