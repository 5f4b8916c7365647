"""A registrar's process: one worker with threads behind a proxy, its tasks beside it."""

from collections.abc import Callable

from flask import Flask

from hanpyo.config import Settings, WebSection
from hanpyo.registrar.opening import Desk, open_desk
from hanpyo.registrar.settings import RegistrarSettings
from hanpyo.registrar.signing import Signer
from hanpyo.web.registrar import create_registrar_app
from hanpyo.web.server import Server


def serve(
    settings: RegistrarSettings, signer: Signer, token: str, ready: Callable[[str], None]
) -> None:
    """Serve until SIGTERM; `ready` is called with the address when the socket listens."""
    desks: list[Desk] = []

    def opening() -> Flask:
        desk = open_desk(settings, signer)
        desks.append(desk)
        desk.runner.start()
        return create_registrar_app(desk.office, token)

    def closing() -> None:
        for desk in desks:
            desk.runner.stop()
            desk.close()

    web = WebSection(host=settings.host, port=settings.port, threads=settings.threads)
    shown = Settings.model_construct(web=web)
    Server(shown, opening, closing, workers=1, ready=ready).run()
