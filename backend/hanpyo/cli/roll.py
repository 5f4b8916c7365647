"""`hanpyo roll`: from a list of members to the roll that is frozen, and credentials for voters."""

from pathlib import Path

import click

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.rpc import Rpc
from hanpyo.cli.console import json_option, print_json
from hanpyo.cli.hosting import existing_file, key_options, open_account
from hanpyo.cli.roll_people import erase_people, private_list
from hanpyo.cli.values import ADDRESS
from hanpyo.elections.keyfiles import (
    AttestationRefused,
    FileRefused,
    SignedCredential,
    write_private,
    write_public,
)
from hanpyo.elections.members import build_roll, read_members
from hanpyo.protocol.batch import Attestation
from hanpyo.protocol.messages import Credential, digest
from hanpyo.protocol.roll import decode_roll
from hanpyo.protocol.signatures import address_key_id, address_of, sign
from hanpyo.protocol.types import Address, EntryKind

new_file = click.Path(dir_okay=False, path_type=Path)


@click.group()
def roll() -> None:
    """Build the roll of an election, attest its voters' keys, forget its people."""


roll.add_command(erase_people)
roll.add_command(private_list)


@roll.command()
@click.argument("members", type=existing_file)
@click.option("--out", type=new_file, required=True, help="The roll file: public, frozen by hash.")
@click.option(
    "--private",
    type=new_file,
    required=True,
    help="The private list of voter numbers, identities and blinds; readable by you only.",
)
@json_option
def build(*, members: Path, out: Path, private: Path, as_json: bool) -> None:
    """Build a roll from MEMBERS, a CSV file with the columns identity, weight, class, key.

    Voter numbers are a random order. The private list says whose number is whose: whoever has it
    can undo the secrecy of who voted, and it is erased with the personal data.
    """
    built = build_roll(read_members(members.read_bytes()))
    write_private(private, built.private_csv().encode())
    write_public(out, built.file)
    weight = sum(entry.weight for entry in built.entries)
    if as_json:
        print_json(
            {
                "entries": len(built.entries),
                "weight": weight,
                "unit": built.unit,
                "rollHash": "0x" + built.file_hash.hex(),
            }
        )
        return
    click.echo(f"{len(built.entries)} entries, weight {weight} in units of 1/{built.unit}")
    click.echo(f"Roll file {out}, hash 0x{built.file_hash.hex()}; private list {private}")


@roll.command()
@click.argument("roll_file", type=existing_file)
@click.option("--rpc", "rpc_url", required=True, metavar="URL", help="A node of the chain.")
@click.option("--election", required=True, type=ADDRESS, help="The election's address.")
@click.option("--voter", type=click.IntRange(0), required=True, help="The voter number.")
@click.option("--key", type=ADDRESS, help="The address of the voter's key.")
@click.option("--epoch", default=0, show_default=True, help="The number of the voter's key.")
@click.option(
    "--credential",
    "path",
    type=new_file,
    required=True,
    help="The credential file: made with --key, or given one signature more.",
)
@key_options
@json_option
def attest(
    *,
    roll_file: Path,
    rpc_url: str,
    election: str,
    voter: int,
    key: str | None,
    epoch: int,
    path: Path,
    keystore: Path | None,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Sign as a registrar that a key is the roll entry's in ROLL_FILE; one signature a call."""
    with Rpc(rpc_url) as rpc:
        contract = ElectionContract(rpc, election)
        manifest, domain = contract.manifest, contract.domain
    if path.exists():
        signed = SignedCredential.load(path.read_bytes())
        if signed.credential.voter != voter:
            raise FileRefused(f"{path} is voter {signed.credential.voter}'s credential")
    else:
        signed = SignedCredential(_credential(roll_file, voter, key, epoch))
    account = open_account(keystore, password_file)
    private_key = bytes(account.key)
    address = address_of(private_key)
    if address not in manifest.registrars:
        raise AttestationRefused(f"{account.address} is no registrar of this election")
    signature = sign(digest(domain, signed.credential), private_key)
    signed = signed.with_attestation(Attestation(manifest.registrars.index(address), signature))
    path.write_bytes(signed.dump())
    have, need = len(signed.attestations), manifest.threshold
    if as_json:
        print_json({"voter": voter, "signatures": have, "needed": need})
    else:
        click.echo(f"Credential of voter {voter}: {have} of {need} signatures, in {path}")


def _credential(roll_file: Path, voter: int, key: str | None, epoch: int) -> Credential:
    entries = decode_roll(roll_file.read_bytes())
    if voter >= len(entries):
        raise AttestationRefused(f"--voter: the roll has only {len(entries)} entries")
    entry = entries[voter]
    if entry.kind is not EntryKind.ATTESTED:
        raise AttestationRefused(f"voter {voter} is listed and needs no credential")
    if key is None:
        raise click.UsageError("--key: the address of the voter's key is needed")
    address = Address(bytes.fromhex(key[2:]))
    return Credential(voter, address_key_id(address), entry.weight, entry.class_, epoch)
