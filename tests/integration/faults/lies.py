"""Lies that need to look into a request: nodes behind the chain, on another branch of it."""

import json
from typing import Any

from tests.service.proxy import Answer, Forward


class Lagging:
    """A node that stopped following the chain: `latest` is what it was at the first question."""

    def __init__(self) -> None:
        self._newest: str | None = None

    def __call__(self, body: bytes, forward: Forward) -> Answer:
        """See `tests.service.proxy.Fault`."""
        if self._newest is None:
            asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
            self._newest = json.loads(forward(json.dumps(asked).encode()))["result"]
        content = json.loads(body)
        for request in content if isinstance(content, list) else [content]:
            self._hold_back(request)
        return Answer(body=forward(json.dumps(content).encode()))

    def _hold_back(self, request: dict[str, Any]) -> None:
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] == "latest":
            request["params"][0] = self._newest


class Flickering:
    """Each request in turn is answered, cut, or half answered."""

    def __init__(self) -> None:
        self._asked = 0

    def __call__(self, body: bytes, forward: Forward) -> Answer | None:
        """See `tests.service.proxy.Fault`."""
        self._asked += 1
        match self._asked % 3:
            case 0:
                return None
            case 1:
                whole = forward(body)
                return Answer(body=whole[: len(whole) // 2])
            case _:
                return Answer(body=forward(body))
