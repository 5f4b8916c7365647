"""What a request handler reaches for: the runtime of its application."""

from typing import Final, cast

from flask import Flask, current_app

from hanpyo.runtime import Runtime

_KEY: Final = "hanpyo"


def attach(app: object, runtime: Runtime) -> None:
    """Give an application its runtime."""
    app.extensions[_KEY] = runtime  # type: ignore[attr-defined]


def runtime_of(app: Flask) -> Runtime:
    """The runtime of an application."""
    return cast("Runtime", app.extensions[_KEY])


def runtime() -> Runtime:
    """The runtime of the application that serves this request."""
    return runtime_of(current_app)
