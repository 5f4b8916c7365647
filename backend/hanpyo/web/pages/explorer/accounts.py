"""An account's page: what code stands there, whether it is ours, and the source of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson
from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from hanpyo.audit.artifacts import MODULES, VERIFIERS, followed, has_package, packaged
from hanpyo.chain.artifact import Artifact, load_artifact
from hanpyo.chain.quantities import read_data, read_quantity
from hanpyo.chain.rpc import Call
from hanpyo.chain.sources import Source, compiler_input, sources_of
from hanpyo.protocol.clone import CloneError, parse_clone
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.manifest import decode
from hanpyo.protocol.reading import EncodingError
from hanpyo.protocol.types import Address
from hanpyo.web.etag import conditional
from hanpyo.web.pages.explorer.directory import FACTORY, Known, known_among
from hanpyo.web.pages.explorer.making import ask, explorer, node, nothing_there

_ADDRESS: Final = re.compile("0x[0-9a-fA-F]{40}")
_CONTRACTS: Final = (*MODULES, FACTORY, *VERIFIERS)
_LATEST: Final = "latest"


class Kind(StrEnum):
    """What stands at an address."""

    PERSON = "person"
    """No code: an account that somebody has the key of."""
    ELECTION = "election"
    """A clone that ends with a manifest."""
    CONTRACT = "contract"
    """Code of the package, as it is."""
    FOREIGN = "foreign"
    """Code that is none of the package's."""


@dataclass(frozen=True, slots=True)
class Code:
    """What was found of the code at an address, and of the code behind an election.

    `contract` is the packaged contract that the code equals; None where it equals none.
    `behind` are the contracts that it names, by name.
    """

    kind: Kind
    size: int
    hash: str
    contract: str | None = None
    implementation: ChecksumAddress | None = None
    manifest_hash: str | None = None
    manifest_valid: bool = False
    behind: Mapping[str, ChecksumAddress] | None = None

    @property
    def artifact(self) -> Artifact | None:
        """The packaged contract."""
        return load_artifact(self.contract) if self.contract else None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that it was compiled from."""
        return sources_of(self.contract) if self.contract else ()

    @property
    def exact(self) -> bool:
        """Whether every source is the one that the compiler noted."""
        return all(each.exact for each in self.sources)


@explorer.get("/address/<name>")
def account_page(name: str) -> ResponseReturnValue:
    """One account."""
    if not _ADDRESS.fullmatch(name):
        return nothing_there(gettext("주소는 0x와 숫자·영문자(0-9, a-f) 40자입니다."))
    address = bytes.fromhex(name[2:])
    asked = ("eth_getCode", "eth_getBalance", "eth_getTransactionCount")
    told = ask(*(Call(method, (name, _LATEST)) for method in asked))
    with node():
        code = read_data(told[0], asked[0])
        balance, sent = (read_quantity(told[at], asked[at]) for at in (1, 2))
    known: Known | None = known_among([address]).get(address)
    return render_template(
        "chain/account.html",
        address=to_checksum_address(name),
        known=known,
        code=_read(code),
        Kind=Kind,
        balance=balance,
        sent=sent,
    )


@explorer.get("/source/<contract>.json")
def source_file(contract: str) -> Response:
    """The compiler's standard JSON input of a packaged contract, to compile it again."""
    if contract not in _CONTRACTS or not has_package(contract):
        raise NotFound("there is no such contract")
    response = conditional(orjson.dumps(compiler_input(contract)), public=True)
    name = f'attachment; filename="{contract}.input.json"'
    response.headers["Content-Disposition"] = name
    return response


def _read(code: bytes) -> Code:
    size, digest = len(code), f"0x{keccak(code).hex()}"
    if not code:
        return Code(Kind.PERSON, size, digest)
    try:
        implementation, manifest = parse_clone(code)
    except CloneError:
        contract = _packaged(code)
        kind = Kind.CONTRACT if contract else Kind.FOREIGN
        return Code(kind, size, digest, contract, behind=_named(contract, code))
    return _election(size, digest, implementation, manifest)


def _election(size: int, digest: str, implementation: Address, manifest: bytes) -> Code:
    """An election, whose code is the implementation's: that is fetched and compared too."""
    place = to_checksum_address(implementation)
    (told,) = ask(Call("eth_getCode", (place, _LATEST)))
    with node():
        behind = read_data(told, "eth_getCode")
    contract = MODULES[0] if packaged(MODULES[0]).matches(behind) else None
    try:
        decode(manifest)
        valid = True
    except EncodingError:
        valid = False
    return Code(
        Kind.ELECTION,
        size,
        digest,
        contract,
        implementation=place,
        manifest_hash=f"0x{keccak(manifest).hex()}",
        manifest_valid=valid,
        behind=_named(contract, behind),
    )


def _packaged(code: bytes) -> str | None:
    """The packaged contract that this code equals but for its fixed values."""
    return next((name for name in _CONTRACTS if packaged(name).matches(code)), None)


def _named(contract: str | None, code: bytes) -> Mapping[str, ChecksumAddress]:
    """The contracts that this code has fixed addresses of."""
    if contract == MODULES[0]:
        found = followed(Address(bytes(20)), code)
        del found[MODULES[0]]
    elif contract == MODULES[3]:
        fixed = packaged(contract).fixed_addresses(code)
        found = dict(zip(VERIFIERS, fixed, strict=False))
    elif contract == FACTORY:
        found = dict(zip(MODULES[:1], packaged(contract).fixed_addresses(code), strict=False))
    else:
        found = {}
    return {name: to_checksum_address(address) for name, address in found.items()}
