"""`hanpyo trustee`: the key of a sealed election, kept by its trustee and released in time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import click
import httpx
from eth_account.signers.local import LocalAccount

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.errors import ChainError
from hanpyo.chain.pool import NodePool
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file, new_password, open_account, password_of
from hanpyo.cli.values import ADDRESS
from hanpyo.elections.keyfiles import open_trustee_key, save_trustee_key
from hanpyo.elections.lifecycle import sender_for
from hanpyo.elections.trusteeship import (
    KeyTooEarly,
    KeyTooLate,
    Stage,
    Standing,
    require_own_key,
    standing_of,
)
from hanpyo.errors import HanpyoError, Unavailable
from hanpyo.secrecy.trustee import TrusteeKey

_TIMEOUT: Final = 30.0
_ENDED: Final = (Stage.RELEASED, Stage.TOO_LATE, Stage.CANCELLED)
_WORDS: Final = {
    Stage.VOTING: "the voting is not over: whoever had the key now could read ballots",
    Stage.UNFINAL: "the barrier has passed, but its block is not final yet",
    Stage.READY: "the barrier is final: the key may be released",
    Stage.RELEASED: "the key is on the chain",
    Stage.TOO_LATE: "the deadline for the key has passed: the outcome stays undetermined",
    Stage.CANCELLED: "the election was called off: keep the key to yourself",
}

_F = TypeVar("_F", bound=Callable[..., Any])


class ServiceRefused(HanpyoError):
    """The service did not take the key; what it said is in the message."""

    code: ClassVar[str] = "service_refused"


def _release_options(command: _F) -> _F:
    """Add the options that say whose key goes where."""
    for option in (
        click.option("--id", "election_id", help="With --service: the election's id there."),
        click.option("--service", metavar="URL", help="Hand the key in there; it pays the fee."),
        click.option("--account-password-file", type=existing_file),
        click.option("--keystore", type=existing_file, help="Release from this account of yours."),
        click.option(
            "--confirmations",
            type=click.IntRange(1),
            help="Blocks until one is final, for chains that have no `finalized` tag.",
        ),
        click.option("--election", "address", required=True, type=ADDRESS, help="Its address."),
        click.option(
            "--rpc",
            "rpc_urls",
            required=True,
            multiple=True,
            metavar="URL",
            help="A node of the chain, not the service's; give several to go over to another.",
        ),
        click.option("--password-file", type=existing_file, help="Private file of KEY's password."),
        click.argument("key", type=existing_file),
        json_option,
    ):
        command = option(command)
    return command


@click.group()
def trustee() -> None:
    """Keep the key of a sealed election, and release it after the close."""


@trustee.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password-file", type=existing_file, help="Private file with the new password.")
@json_option
def key(*, file: Path, password_file: Path | None, as_json: bool) -> None:
    """Make the key of one election and keep it, encrypted, in FILE.

    The public key goes to the organiser. One election, one key: whoever holds FILE and its
    password can read every ballot as soon as it is cast.
    """
    made = TrusteeKey.generate()
    save_trustee_key(file, made, new_password(password_file))
    x, y = (f"{coordinate:#066x}" for coordinate in made.public)
    if as_json:
        print_json({"trusteeKey": {"x": x, "y": y}})
    else:
        click.echo(f'trusteeKey:\n  x: "{x}"\n  y: "{y}"')


@trustee.command()
@_release_options
def release(*, as_json: bool, **options: Any) -> None:
    """Release the key in KEY now, once the barrier is final; refuse before."""
    with _acting(**options) as acting:
        standing = acting.look()
        if standing.stage is Stage.READY:
            acting.release()
        elif standing.stage is Stage.TOO_LATE:
            raise KeyTooLate(_WORDS[Stage.TOO_LATE])
        elif standing.stage is not Stage.RELEASED:
            raise KeyTooEarly(_explain(standing))
        _tell(Stage.RELEASED, as_json=as_json)


@trustee.command()
@click.option("--poll", default=10.0, show_default=True, help="Seconds between looks.")
@_release_options
def watch(*, poll: float, as_json: bool, **options: Any) -> None:
    """Wait until the barrier is final, then release the key in KEY; runs until that is done."""
    with _acting(**options) as acting:
        said: Stage | None = None
        while True:
            stage = acting.try_once()
            if stage is not None and stage is not said and not as_json:
                click.echo(_WORDS[stage], err=True)
            said = stage or said
            if stage in _ENDED:
                break
            time.sleep(poll)
        if stage is Stage.TOO_LATE:
            raise KeyTooLate(_WORDS[Stage.TOO_LATE])
        _tell(stage or Stage.RELEASED, as_json=as_json)


@contextmanager
def _acting(
    *,
    key: Path,
    password_file: Path | None,
    rpc_urls: tuple[str, ...],
    address: str,
    confirmations: int | None,
    keystore: Path | None,
    account_password_file: Path | None,
    service: str | None,
    election_id: str | None,
) -> Iterator["_Trustee"]:
    """The trustee that the options describe, whose key is the election's."""
    if (keystore is None) == (service is None) or (service is None) != (election_id is None):
        raise click.UsageError("give --keystore, or --service with --id")
    opened = open_trustee_key(key, password_of(key, password_file))
    account = open_account(keystore, account_password_file) if keystore else None
    with NodePool(rpc_urls) as rpc:
        contract = ElectionContract(rpc, address)
        require_own_key(contract, opened)
        place = f"{service}/v1/elections/{election_id}/key"
        yield _Trustee(contract, opened, confirmations, account, place)


@dataclass(frozen=True)
class _Trustee:
    """One key for one election, and the way it will take: an account, or a place to hand it in."""

    contract: ElectionContract
    key: TrusteeKey
    confirmations: int | None
    account: LocalAccount | None
    place: str

    def look(self) -> Standing:
        """How the election stands."""
        return standing_of(self.contract, self.confirmations)

    def release(self) -> None:
        """Send the key on its way."""
        if self.account is not None:
            request = self.contract.release_key(self.key.secret)
            sender_for(self.contract.rpc, self.account).transact(request)
            return
        try:
            answer = httpx.post(
                self.place, json={"secret": f"{self.key.secret:#066x}"}, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise Unavailable(f"the service cannot be reached ({type(error).__name__})") from error
        if not answer.is_success:
            raise ServiceRefused(f"the service did not take the key: {_said(answer)}")

    def try_once(self) -> Stage | None:
        """Release if it is time; None where that failed and is to be tried again."""
        try:
            standing = self.look()
            if standing.stage is Stage.READY:
                self.release()
        except (ChainError, Unavailable, ServiceRefused) as error:
            click.echo(f"hanpyo: {error} [{error.code}]; trying again", err=True)
            return None
        return standing.stage


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"


def _explain(standing: Standing) -> str:
    if standing.stage is Stage.CANCELLED:
        return _WORDS[Stage.CANCELLED]
    barrier, final = (_time(each) for each in (standing.barrier_at, standing.final))
    return f"{_WORDS[standing.stage]}; the barrier is {barrier}, the newest final block {final}"


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _tell(stage: Stage, *, as_json: bool) -> None:
    if as_json:
        print_json({"stage": stage})
    else:
        click.echo(_WORDS[stage])
