"""What a request handler reaches for: the runtime of its application."""

from typing import Final, cast

from flask import current_app

from hanpyo.runtime import Runtime

_KEY: Final = "hanpyo"


def attach(app: object, runtime: Runtime) -> None:
    """Give an application its runtime."""
    app.extensions[_KEY] = runtime  # type: ignore[attr-defined]


def runtime() -> Runtime:
    """The runtime of the application that serves this request."""
    return cast("Runtime", current_app.extensions[_KEY])
