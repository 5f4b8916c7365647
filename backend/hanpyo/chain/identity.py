"""Who an embedded chain is: its random chain id and the random keys that hold money on it."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import orjson
from eth_account import Account
from eth_account.signers.local import LocalAccount

from hanpyo.chain.errors import ChainError, WrongChain

_OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """Chain id and accounts of an embedded chain, kept beside its state file.

    Only the file's owner may read it. The keys are worth nothing outside that chain;
    whoever can read the file controls the chain.
    """

    chain_id: int
    accounts: tuple[LocalAccount, ...]
    genesis_time: int | None = None
    """When the chain began: with it every start makes the same first block. None in old files."""

    @classmethod
    def draw(
        cls, chain_id: int | None, account_count: int, genesis_time: int | None = None
    ) -> Self:
        """A new identity with `account_count` random keys; `chain_id` None draws one too."""
        accounts = tuple(Account.create() for _ in range(account_count))
        return cls(draw_chain_id() if chain_id is None else chain_id, accounts, genesis_time)

    @classmethod
    def load(cls, state_file: Path, chain_id: int | None) -> Self:
        """The identity beside `state_file`; raises `WrongChain` when it is not `chain_id`."""
        path = identity_path(state_file)
        try:
            content = orjson.loads(path.read_bytes())
            kept = int(content["chain_id"])
            accounts = tuple(Account.from_key(key) for key in content["keys"])
            began = content.get("genesis_time")
            genesis_time = None if began is None else int(began)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ChainError(
                f"{path.name}, which belongs to the state file {state_file.name}, cannot be read: "
                "bring it back or start from a new state file"
            ) from error
        if chain_id is not None and chain_id != kept:
            raise WrongChain(chain_id, kept)
        return cls(kept, accounts, genesis_time)

    def save(self, state_file: Path) -> None:
        """Write the identity beside `state_file`; raises `ChainError` when that cannot be done."""
        keys = ["0x" + bytes(account.key).hex() for account in self.accounts]
        content = orjson.dumps(
            {"chain_id": self.chain_id, "keys": keys, "genesis_time": self.genesis_time}
        )
        path = identity_path(state_file)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        except OSError as error:
            raise ChainError(f"{path} cannot be written: {error.strerror}") from error


def identity_path(state_file: Path) -> Path:
    """Where the identity of the chain in `state_file` is kept."""
    return state_file.with_name(state_file.name + ".identity.json")


def draw_chain_id() -> int:
    """A random chain id that no registered chain uses, small enough for browser wallets."""
    return 2**49 + secrets.randbelow(2**50)
