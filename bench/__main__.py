"""`python -m bench` runs every benchmark, `python -m bench NAME …` those named."""

import importlib
import pkgutil
import sys

import bench


def names() -> list[str]:
    """The benchmarks: modules of this package with a `main`."""
    found = [each.name for each in pkgutil.iter_modules(bench.__path__) if not each.ispkg]
    return [name for name in found if name not in ("__main__", "report", "governor")]


def main(wanted: list[str]) -> int:
    """Run benchmarks; 2 when one is unknown."""
    known = names()
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"bench: no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
        return 2
    for name in wanted or known:
        print(f"\n{name}")
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
