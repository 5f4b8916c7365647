"""The `hanpyo` command: one module per command group, gathered here."""

import click

from hanpyo import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hanpyo")
def main() -> None:
    """Hold elections on an EVM chain, and check them."""
