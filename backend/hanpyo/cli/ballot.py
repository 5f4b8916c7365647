"""`hanpyo ballot`: cast a single ballot, open one, find a receipt on the record."""

from pathlib import Path
from typing import Any

import click

from hanpyo.chain.accounts import create_keystore
from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.receipts import Receipt
from hanpyo.chain.rpc import Rpc
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.election import election_option, node_option
from hanpyo.cli.hosting import existing_file, key_options, new_password, open_account
from hanpyo.elections import lifecycle
from hanpyo.elections.ballots import (
    BallotNotRecorded,
    NoLiveBallot,
    describe,
    find_receipt,
    next_revision,
    padded_choices,
)
from hanpyo.elections.casting import Booth, Voter, single_batch
from hanpyo.elections.keyfiles import FileRefused, SignedCredential
from hanpyo.elections.record import read_record
from hanpyo.elections.spoilt import read_opened
from hanpyo.protocol.choices import decode
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.signatures import address_key_id, address_of

voter_option = click.option("--voter", type=click.IntRange(0), required=True, help="Voter number.")


@click.group()
def ballot() -> None:
    """Cast, open and check single ballots."""


@ballot.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--password-file", type=existing_file, help="Private file with the new password.")
@json_option
def key(*, file: Path, password_file: Path | None, as_json: bool) -> None:
    """Make a key to vote, attest or pay with, and keep it, encrypted, in FILE."""
    address = create_keystore(file, new_password(password_file)).address
    if as_json:
        print_json({"address": address})
    else:
        click.echo(address)


@ballot.command()
@click.argument("choices", nargs=-1)
@click.option("--credential", type=existing_file, required=True, help="The voter's credential.")
@click.option("--voter-key", type=existing_file, required=True, help="Keystore of the voter key.")
@click.option("--voter-password-file", type=existing_file, help="Private file with its password.")
@click.option("--withdraw", is_flag=True, help="Take the ballot back instead.")
@node_option
@election_option
@key_options
@json_option
def cast(
    *,
    choices: tuple[str, ...],
    credential: Path,
    voter_key: Path,
    voter_password_file: Path | None,
    withdraw: bool,
    rpc_url: str,
    address: str,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Cast one ballot; CHOICES are item=options, such as 1=2 or 2=1,3, with points 3=1:5,2:4.

    Items left out are blank. A second ballot replaces the first. The account of --keystore pays.
    """
    if withdraw and choices:
        raise click.UsageError("--withdraw takes no choices")
    signed = SignedCredential.load(credential.read_bytes())
    voter = _voter(signed, bytes(open_account(voter_key, voter_password_file).key))
    payer = open_account(keystore, password_file)
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        booth = Booth.of(contract)
        epoch = signed.credential.epoch
        revision = next_revision(read_record(contract), voter.number, epoch)
        if withdraw:
            record = booth.withdrawal(voter, epoch=epoch, revision=revision)
        else:
            padded = padded_choices(contract.manifest, choices, voter.class_)
            record = booth.ballot(voter, padded, epoch=epoch, revision=revision)
        batch = single_batch(booth, record, signed.attestations)
        receipt = lifecycle.sender_for(rpc, payer).transact(contract.cast(batch))
        _require_recorded(contract, voter.number, receipt)
        code = short_code(booth.digest(record))
    if as_json:
        print_json(
            {
                "voter": voter.number,
                "revision": revision,
                "receipt": code,
                "transaction": "0x" + receipt.transaction_hash.hex(),
                "gas": receipt.gas_used,
            }
        )
    else:
        click.echo(f"Recorded, revision {revision}. Receipt {code}")


@ballot.command("open")
@voter_option
@node_option
@election_option
@json_option
def open_(*, voter: int, rpc_url: str, address: str, as_json: bool) -> None:
    """Show what a voter number's live ballot says, once the trustees' key is on the chain.

    Sealed ballots are decrypted here with the released key, whether or not they were opened.
    """
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        record = read_record(contract)
        live = next((act for act in record.live() if act.voter == voter), None)
        if live is None:
            raise NoLiveBallot(f"voter {voter} has no live ballot")
        choices = lifecycle.read_choices_of(contract, live)
        verdicts = decode(contract.manifest, choices, live.act.terms.class_)
    words = [describe(verdict) for verdict in verdicts]
    if as_json:
        print_json({"voter": voter, "choices": "0x" + choices.hex(), "items": words})
    else:
        for number, word in enumerate(words, 1):
            click.echo(f"item {number}: {word}")


@ballot.command()
@click.argument("code")
@voter_option
@node_option
@election_option
@json_option
def check(*, code: str, voter: int, rpc_url: str, address: str, as_json: bool) -> None:
    """Find the receipt CODE among a voter number's acts; exit status 1 when it is not there."""
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        found = find_receipt(read_record(contract), contract.domain, voter, code)
    view: dict[str, Any] = {"voter": voter, "recorded": found is not None}
    if found is not None:
        view |= {"live": found.live, "digest": "0x" + found.digest.hex()}
    if as_json:
        print_json(view)
    elif found is None:
        click.echo(f"No act of voter {voter} on the record has this receipt.", err=True)
    else:
        click.echo(
            "Recorded; " + ("it is the live ballot." if found.live else "not live any more.")
        )
    click.get_current_context().exit(0 if found else 1)


@ballot.command()
@click.argument("file", type=existing_file)
@node_option
@election_option
@json_option
def envelope(*, file: Path, rpc_url: str, address: str, as_json: bool) -> None:
    """Check an envelope that was opened instead of cast; exit status 1 when it does not hold.

    Compare the number with the one that was noted before the envelope was opened.
    """
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, address)
        opened = read_opened(file.read_bytes(), contract.domain)
        words = [describe(each) for each in decode(contract.manifest, opened.choices, 0)]
    if as_json:
        print_json({"holds": opened.holds, "number": opened.number, "items": words})
    else:
        click.echo(f"envelope {opened.number}: {'holds' if opened.holds else 'DOES NOT HOLD'}")
        for number, word in enumerate(words, 1):
            click.echo(f"item {number}: {word}")
    click.get_current_context().exit(0 if opened.holds else 1)


def _voter(signed: SignedCredential, key: bytes) -> Voter:
    credential = signed.credential
    if address_key_id(address_of(key)) != credential.key:
        raise FileRefused("the credential is for another voter key")
    return Voter(credential.voter, key, credential.weight, credential.class_)


def _require_recorded(contract: ElectionContract, voter: int, receipt: Receipt) -> None:
    reason = lifecycle.skip_reason(contract, voter, receipt)
    if reason is not None:
        raise BallotNotRecorded(voter, reason)
