"""An account's page: what code stands there, whether it is ours, and the source of it."""

import re
from typing import Final

import orjson
from eth_utils.address import to_checksum_address
from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from hanpyo.chain.quantities import read_data, read_quantity
from hanpyo.chain.rpc import Call
from hanpyo.chain.sources import compiler_input
from hanpyo.web.etag import conditional
from hanpyo.web.pages.explorer.code import CONTRACTS, LATEST, Kind, read_code
from hanpyo.web.pages.explorer.directory import known_among
from hanpyo.web.pages.explorer.making import ask, explorer, node, nothing_there

_ADDRESS: Final = re.compile("0x[0-9a-fA-F]{40}")
_ASKED: Final = ("eth_getCode", "eth_getBalance", "eth_getTransactionCount")


@explorer.get("/address/<name>")
def account_page(name: str) -> ResponseReturnValue:
    """One account."""
    if not _ADDRESS.fullmatch(name):
        return nothing_there(gettext("주소는 0x와 숫자·영문자(0-9, a-f) 40자입니다."))
    address = to_checksum_address(name)
    told = ask(*(Call(method, (address, LATEST)) for method in _ASKED))
    with node():
        code = read_data(told[0], _ASKED[0])
        balance, sent = (read_quantity(told[at], _ASKED[at]) for at in (1, 2))
    raw = bytes.fromhex(name[2:])
    return render_template(
        "chain/account.html",
        address=address,
        known=known_among([raw]).get(raw),
        code=read_code(address, code),
        Kind=Kind,
        balance=balance,
        sent=sent,
    )


@explorer.get("/source/<contract>.json")
def source_file(contract: str) -> Response:
    """The compiler's standard JSON input of a carried contract, to compile it again."""
    if contract not in CONTRACTS:
        raise NotFound("there is no such contract")
    response = conditional(orjson.dumps(compiler_input(contract)), public=True)
    name = f'attachment; filename="{contract}.input.json"'
    response.headers["Content-Disposition"] = name
    return response
