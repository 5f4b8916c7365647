"""What commands that run the service do before anything runs: settings, logs, schema, chain."""

from pathlib import Path
from typing import Any

import click

from hanpyo.cli.console import print_json
from hanpyo.config import ConfigError, Settings, load_settings
from hanpyo.db.revisions import require_current
from hanpyo.operation.installation import require_installation
from hanpyo.operation.logs import configure_logs
from hanpyo.runtime import open_runtime


def settings_with(data: Path | None = None, port: int | None = None) -> Settings:
    """The settings, with what the command line says in place of theirs; logs are set up."""
    given: dict[str, Any] = {}
    if data is not None:
        given["data"] = data
    if port is not None:
        given["web"] = {"port": port}
    settings = load_settings(**given)
    configure_logs(settings.log)
    return settings


def settings_of_a_part() -> Settings:
    """The settings of a process that shares its installation; raises `ConfigError`."""
    settings = settings_with()
    if settings.embedded_chain:
        raise ConfigError(
            "chain.rpc_urls: name a node; the embedded chain belongs to `hanpyo serve`"
        )
    return settings


def require_sound(settings: Settings, *, embedded: bool | None = None) -> None:
    """Refuse to start on another schema, chain, factory or key ring than the database's."""
    with open_runtime(settings) as runtime:
        require_current(runtime.database)
        require_installation(runtime, embedded=embedded)


def announce(url: str, settings: Settings, *, as_json: bool) -> None:
    """Say where the service answers: `url` is where it listens, people go to the public URL."""
    if as_json:
        print_json({"url": url, "publicUrl": settings.web.public_url, "data": str(settings.data)})
        return
    place = settings.web.public_url if settings.web.port else url
    click.echo(f"한표가 열렸습니다. / Hanpyo answers at {place}; data in {settings.data}.")
    click.echo("끝내려면 Ctrl-C / Ctrl-C ends it.")
