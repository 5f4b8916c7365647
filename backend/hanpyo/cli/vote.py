"""`hanpyo vote`: a member's whole way from the personal link to the receipt."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import click

from hanpyo.chain.accounts import create_keystore, open_keystore
from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.rpc import Rpc
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file, new_password, password_of
from hanpyo.cli.values import ADDRESS
from hanpyo.client import HanpyoClient, HanpyoClientError
from hanpyo.client.ballots import ballot_body
from hanpyo.client.elections import booth_of
from hanpyo.elections.ballots import padded_choices
from hanpyo.elections.casting import Booth, Voter
from hanpyo.errors import HanpyoError
from hanpyo.protocol.batch import CompactRecord
from hanpyo.web.ballot_models import AcceptedAnswer, BallotAnswer
from hanpyo.web.identity_models import CredentialOut

_TAKEN: Final = "order_taken"
_MOST_REVISIONS: Final = 20
_POLL: Final = 0.5
_ENDED: Final = frozenset({"recorded", "final", "superseded"})
_FAILED: Final = frozenset({"outdated", "refused_by_wallet", "too_late", "refused"})


class NotEnough(HanpyoError):
    """The election asks for more proof than the link; its page has the other methods."""

    code: ClassVar[str] = "more_proof_needed"


class AnotherElection(HanpyoError):
    """The service tells of another election than the member's own sources; nothing was signed."""

    code: ClassVar[str] = "another_election"


class NotRecorded(HanpyoError):
    """The ballot is not on the record: not yet within the time asked for, or never."""

    code: ClassVar[str] = "not_recorded"


@click.command()
@click.argument("link")
@click.argument("choices", nargs=-1)
@click.option("--withdraw", is_flag=True, help="Take the ballot back instead.")
@click.option(
    "--key",
    "key_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Keystore of the voter key; made when there is no such file. Voting again needs it.",
)
@click.option("--password-file", type=existing_file, help="Private file with its password.")
@click.option("--service", metavar="URL", help="The service, where LINK is a token alone.")
@click.option(
    "--rpc", "rpc_url", metavar="URL", help="A node that must tell of the same election first."
)
@click.option(
    "--election", "address", type=ADDRESS, help="The election's address, where you know it."
)
@click.option(
    "--wait", default=60, show_default=True, help="Seconds to wait until it is on the record."
)
@json_option
def vote(
    *,
    link: str,
    choices: tuple[str, ...],
    withdraw: bool,
    key_file: Path,
    password_file: Path | None,
    service: str | None,
    rpc_url: str | None,
    address: str | None,
    wait: int,
    as_json: bool,
) -> None:
    """Vote with a personal LINK; CHOICES are item=options, such as 1=2 or 2=1,3.

    Items left out are blank. Voting again with the same key replaces the ballot. What the election
    is, the service tells, unless --election and --rpc say where else to look: the signature then
    holds for that election alone.
    """
    if withdraw and choices:
        raise click.UsageError("--withdraw takes no choices")
    key = _key(key_file, password_file)
    with HanpyoClient(service or _service(link)) as client:
        session = client.members.enter_by_link(link)
        if not session.enough:
            raise NotEnough(f"the election asks for more: {', '.join(session.missing)}")
        me = client.members.me()
        booth = booth_of(client.elections.get(session.election))
        _require_same(booth, rpc_url, address)
        credential = client.members.bind_key(key.address)
        voter = Voter(credential.voter, bytes(key.key), int(credential.weight), credential.class_)
        signed = partial(_signed, booth, voter, choices, withdraw=withdraw)
        accepted = _hand_in(client, session.election, voter, credential, signed)
        status = _wait(client, accepted, wait, time.monotonic)
    told = {
        "election": session.election,
        "voter": credential.voter,
        "receipt": accepted.receipt,
        "digest": accepted.digest,
        "state": status.state,
        "block": status.block,
        "transaction": status.transaction,
        "includeBy": accepted.promise.include_by,
        "warnings": list(accepted.warnings),
    }
    if as_json:
        print_json(told)
    else:
        _show(me.title, told)


def _key(file: Path, password_file: Path | None) -> Any:
    if file.exists():
        return open_keystore(file, password_of(file, password_file))
    return create_keystore(file, new_password(password_file))


def _service(link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise click.UsageError("LINK is no URL: name the service with --service")
    return f"{parts.scheme}://{parts.netloc}"


def _require_same(booth: Booth, rpc_url: str | None, address: str | None) -> None:
    """Raise `AnotherElection` unless the member's address and node agree with the service."""
    told = "0x" + booth.domain.election.hex()
    if address is not None and address.lower() != told:
        raise AnotherElection(f"election: the service has {told}, you gave {address.lower()}")
    if rpc_url is not None:
        with Rpc(rpc_url) as rpc:
            if Booth.of(ElectionContract(rpc, told)) != booth:
                raise AnotherElection(f"rpc: the node has another election at {told}")


def _signed(
    booth: Booth,
    voter: Voter,
    choices: tuple[str, ...],
    *,
    withdraw: bool,
    epoch: int,
    revision: int,
) -> CompactRecord:
    if withdraw:
        return booth.withdrawal(voter, epoch=epoch, revision=revision)
    padded = padded_choices(booth.manifest, choices, voter.class_)
    return booth.ballot(voter, padded, epoch=epoch, revision=revision)


def _hand_in(
    client: HanpyoClient,
    election_id: str,
    voter: Voter,
    credential: CredentialOut,
    signed: Callable[..., CompactRecord],
) -> AcceptedAnswer:
    """Hand in what is `signed` for the first revision that is free."""
    epoch = credential.epoch
    acts = client.elections.acts(election_id, voter.number).acts
    used = [int(act.payload["revision"]) for act in acts if act.payload.get("epoch") == epoch]
    first = max(used, default=-1) + 1
    for revision in range(first, first + _MOST_REVISIONS):
        record = signed(epoch=epoch, revision=revision)
        try:
            return client.ballots.post(election_id, ballot_body(voter, record, credential))
        except HanpyoClientError as refused:
            if refused.problem != _TAKEN:
                raise
    raise NotRecorded("every next revision is taken: wait until the earlier ballots are recorded")


def _wait(
    client: HanpyoClient, accepted: AcceptedAnswer, seconds: int, clock: Callable[[], float]
) -> BallotAnswer:
    deadline = clock() + seconds
    while True:
        status = client.ballots.get(accepted.digest)
        if status.state in _FAILED:
            raise NotRecorded(f"the ballot ended as {status.state}: {status.cause}")
        if status.state in _ENDED or clock() >= deadline:
            return status
        time.sleep(_POLL)


def _show(title: str, told: dict[str, Any]) -> None:
    click.echo(title)
    click.echo(f"선거인 번호 / voter number  {told['voter']}")
    click.echo(f"투표 확인증 / receipt       {told['receipt']}")
    if told["state"] in _ENDED:
        click.echo(f"기록됨 / recorded           block {told['block']}, {told['transaction']}")
    else:
        click.echo(
            "접수되었습니다. 곧 기록됩니다. / Taken in; the relay has promised to record it."
        )
