"""Tests make hundreds of applications, each with the same two hundred addresses to compile.

How an address is built depends on the rule's text alone, so that it is compiled once a process.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_Builder = Callable[..., tuple[str, str]]


def share_compiled_urls() -> None:
    """From here on, rules of the same text share what Werkzeug compiles of them."""
    compile_builder = Rule._compile_builder
    builders: dict[tuple[Any, ...], _Builder] = {}

    def shared(rule: Rule, append_unknown: bool = True) -> _Builder:
        key = (rule.rule, rule.subdomain, repr(rule.defaults), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    Rule._compile_builder = shared  # type: ignore[assignment,method-assign]
