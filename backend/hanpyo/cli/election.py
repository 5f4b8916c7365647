"""`hanpyo election`: create, show, close and certify elections on a chain."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.rpc import Rpc
from hanpyo.cli.console import (
    ShownStages,
    console,
    json_option,
    print_json,
    stage_times,
    table_of,
)
from hanpyo.cli.hosting import existing_file, key_options, new_password, open_account, password_of
from hanpyo.cli.values import ADDRESS
from hanpyo.elections import lifecycle
from hanpyo.elections.definition import read_definition
from hanpyo.elections.drafting import manifest_of, plan_of
from hanpyo.elections.hosting import remote_host
from hanpyo.elections.keyfiles import open_trustee_key, save_trustee_key
from hanpyo.elections.published import published_text
from hanpyo.elections.record import read_record
from hanpyo.protocol.types import Address, Secrecy, Timestamp
from hanpyo.secrecy.trustee import TrusteeKey

node_option = click.option(
    "--rpc", "rpc_url", required=True, metavar="URL", help="A node of the chain."
)
election_option = click.option(
    "--election", "address", required=True, type=ADDRESS, help="The election's address."
)


@click.group()
def election() -> None:
    """Create, show, close and certify elections."""


@election.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password-file", type=existing_file, help="Private file with the new password.")
@json_option
def key(*, file: Path, password_file: Path | None, as_json: bool) -> None:
    """Make the trustees' key of a sealed election and keep it, encrypted, in FILE.

    The public key goes into the definition. Whoever holds FILE and its password can read every
    ballot as soon as it is cast, so nobody who sees the chain should hold it before the close.
    """
    trustee = TrusteeKey.generate()
    save_trustee_key(file, trustee, new_password(password_file))
    x, y = (f"{coordinate:#066x}" for coordinate in trustee.public)
    if as_json:
        print_json({"trusteeKey": {"x": x, "y": y}})
    else:
        click.echo(f'trusteeKey:\n  x: "{x}"\n  y: "{y}"')


@election.command()
@click.argument("definition_file", type=existing_file)
@click.option("--roll", "roll_file", type=existing_file, required=True, help="The roll file.")
@click.option("--roll-in-file", is_flag=True, help="Bind the roll by hash, do not publish it.")
@click.option("--factory", type=ADDRESS, help="The election factory; else one is deployed.")
@node_option
@key_options
@json_option
def create(
    *,
    definition_file: Path,
    roll_file: Path,
    roll_in_file: bool,
    factory: str | None,
    rpc_url: str,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Create the election in DEFINITION_FILE (YAML or JSON), publish text and roll, freeze it.

    After freezing nobody changes anything, you included. The sending account is the organiser.
    """
    definition = read_definition(definition_file.read_bytes())
    plan = plan_of(definition, roll_file.read_bytes(), in_file=roll_in_file)
    account = open_account(keystore, password_file)
    with (
        ShownStages() as stages,
        remote_host(rpc_url, account, stages, factory=factory, journal=None) as host,
    ):
        venue = host.venue
        organiser = Address(bytes.fromhex(account.address[2:]))
        now = Timestamp(venue.clock.now())
        manifest = manifest_of(definition, plan, organiser, now, venue.rpc.chain_id())
        with stages.stage("create"):
            contract = lifecycle.create(venue.organiser, host.factory, manifest)
        with stages.stage("publish and freeze", len(plan.roll)) as advance:
            lifecycle.publish_and_freeze(venue.organiser, contract, plan, advance)
        created = {
            "election": contract.address,
            "factory": host.factory.address,
            "chainId": contract.domain.chain_id,
            "manifestHash": "0x" + contract.manifest_hash.hex(),
        }
    if as_json:
        print_json(created)
    else:
        for name, value in created.items():
            click.echo(f"{name}: {value}")


@election.command()
@node_option
@election_option
@json_option
def show(*, rpc_url: str, address: str, as_json: bool) -> None:
    """Show an election: phase, times, turnout, and each item's tally and result."""
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        view = _view(contract)
    if as_json:
        print_json(view)
    else:
        _show(view)


@election.command()
@click.option(
    "--trustee-key",
    type=existing_file,
    help="Keystore of the trustees' key, to be released now if it is not on chain yet.",
)
@click.option("--trustee-password-file", type=existing_file, help="Private file with its password.")
@node_option
@election_option
@key_options
@json_option
def close(
    *,
    trustee_key: Path | None,
    trustee_password_file: Path | None,
    rpc_url: str,
    address: str,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """After the barrier: settle voters with several acts, release the key, open the ballots.

    Anyone may do this; only releasing needs the trustees' key. Doing it twice does no harm.
    """
    account = open_account(keystore, password_file)
    trustee = _open_trustee(trustee_key, trustee_password_file)
    with ShownStages() as stages, Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        sender = lifecycle.sender_for(rpc, account)
        record = read_record(contract)
        with stages.stage("settle", len(record.later)) as advance:
            settled = lifecycle.settle_all(sender, contract, record, advance)
        voided = 0
        if contract.manifest.secrecy is Secrecy.SEALED:
            if trustee is not None and contract.secret() == 0:
                sender.transact(contract.release_key(trustee.secret))
            with stages.stage("open", sum(1 for _ in record.live())) as advance:
                voided = lifecycle.open_all(sender, contract, record, advance)
        _, counters = contract.progress()
    result = {
        "settled": settled,
        "opened": counters.opened,
        "voided": voided,
        "live": counters.live,
        "seconds": stage_times(stages),
    }
    if as_json:
        print_json(result)
    else:
        click.echo(
            f"{settled} voters settled, {counters.opened} of {counters.live} ballots opened, "
            f"{voided} voided now"
        )


@election.command()
@node_option
@election_option
@key_options
@json_option
def certify(
    *,
    rpc_url: str,
    address: str,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Declare the count complete, once nothing is missing; anyone may do this."""
    account = open_account(keystore, password_file)
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        lifecycle.sender_for(rpc, account).transact(contract.certify())
        view = _view(contract)
    if as_json:
        print_json(view)
    else:
        _show(view)


def _open_trustee(path: Path | None, password_file: Path | None) -> TrusteeKey | None:
    return open_trustee_key(path, password_of(path, password_file)) if path else None


def _view(contract: ElectionContract) -> dict[str, Any]:
    manifest, turnout = contract.manifest, contract.turnout()
    text = published_text(contract)
    titles = text.get("items", [])
    progress, counters = contract.progress()
    times = manifest.timetable
    return {
        "election": contract.address,
        "chainId": contract.domain.chain_id,
        "manifestHash": "0x" + contract.manifest_hash.hex(),
        "title": text.get("title", ""),
        "organiser": "0x" + manifest.organiser.hex(),
        "secrecy": manifest.secrecy.name.lower(),
        "secrecyLost": progress.secrecy_lost,
        "phase": contract.phase().name.lower(),
        "times": {
            "opens": times.opens_at,
            "closes": times.closes_at,
            "barrier": times.barrier_at,
            "opening": times.opening_at,
            "keyDeadline": times.key_deadline,
            "certify": times.certify_at,
        },
        "turnout": {
            "heads": turnout.heads,
            "weight": turnout.weight,
            "rollSize": turnout.roll_size,
            "rollWeight": turnout.roll_weight,
        },
        "unsettled": counters.touched - counters.settled,
        "opened": counters.opened,
        "voided": counters.voided,
        "items": [
            _item(contract, number, titles[number] if number < len(titles) else {})
            for number in range(len(manifest.items))
        ],
    }


def _item(contract: ElectionContract, number: int, text: dict[str, Any]) -> dict[str, Any]:
    result = contract.result(number)
    options = contract.manifest.items[number].options
    names = text.get("options", [])
    return {
        "title": text.get("title", f"item {number + 1}"),
        "outcome": result.outcome.name.lower(),
        "present": result.present_heads,
        "eligible": result.eligible_heads,
        "blank": {"heads": result.heads[0], "weight": result.weights[0]},
        "invalid": {"heads": result.heads[-1], "weight": result.weights[-1]},
        "options": [
            {
                "title": names[at] if at < len(names) else str(at + 1),
                "heads": result.heads[at + 1],
                "weight": result.weights[at + 1],
            }
            for at in range(options)
        ],
    }


def _show(view: dict[str, Any]) -> None:
    shown = console()
    shown.print(f"[bold]{view['title'] or 'Election'}[/]  {view['election']}")
    shown.print(f"{view['secrecy']}, {view['phase']}, organiser {view['organiser']}")
    if view["secrecyLost"]:
        shown.print("[bold red]The trustees' key came out before the close: secrecy was lost.[/]")
    for name, seconds in view["times"].items():
        shown.print(f"  {name:<12}{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC")
    turnout = view["turnout"]
    shown.print(f"{turnout['heads']} of {turnout['rollSize']} voters have a live ballot")
    for item in view["items"]:
        rows = [[o["title"], str(o["heads"]), str(o["weight"])] for o in item["options"]]
        rows += [[n, str(item[n]["heads"]), str(item[n]["weight"])] for n in ("blank", "invalid")]
        title = f"{item['title']}: {item['outcome']}"
        shown.print(table_of(title, ("option", "heads", "weight"), rows))
