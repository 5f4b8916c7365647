"""web3.py on a node, for whoever wants contracts as web3.py offers them. Slow to import."""

from typing import Final

from web3 import HTTPProvider, Web3

from hanpyo.chain.transport import HttpTransport

_TIMEOUT: Final = 30.0  # seconds


def connect(url: str, timeout: float = _TIMEOUT) -> Web3:
    """A web3.py client of the node at an http or https URL; raises `InvalidNodeUrl`.

    Nothing is sent yet. Its errors are web3.py's own.
    """
    HttpTransport(url)
    return Web3(HTTPProvider(url, request_kwargs={"timeout": timeout, "allow_redirects": False}))
