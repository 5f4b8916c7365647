"""The text that an organiser published, found again in the chain's events."""

from typing import Any, Final

import orjson

from hanpyo.chain.contracts import ElectionContract
from hanpyo.chain.decoding import decode_log
from hanpyo.chain.election_events import TextPublished
from hanpyo.chain.events import read_logs

_STEP: Final = 20_000
_FARTHEST: Final = 1_000_000


def published_text(contract: ElectionContract) -> dict[str, Any]:
    """The text's JSON object, looked for backwards from the freeze; empty when it is not found."""
    progress, _ = contract.progress()
    if not progress.text_published:
        return {}
    newest = progress.frozen_at_block or contract.rpc.block_number()
    end = newest
    while end >= 0 and newest - end < _FARTHEST:
        start = max(0, end - _STEP + 1)
        logs = read_logs(contract.rpc, contract.address, start, end)
        for log in logs:
            event = decode_log(log, contract.manifest.choices_length)
            if isinstance(event, TextPublished):
                text = orjson.loads(event.text)
                return text if isinstance(text, dict) else {}
        end = start - 1
    return {}
