"""Batches of acts as `cast`, `castWide` and `castDesk` take them.

Decoding is strict and depends on the bytes and the manifest alone: what it refuses reverts on
chain, what it accepts is recorded or skipped act by act.
"""

from hanpyo.protocol.batch_acts import (
    ESCROW_HEAD,
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    DeskRecord,
    Listing,
    WideRecord,
)
from hanpyo.protocol.batch_parts import ATTESTATION_BYTES, BatchError
from hanpyo.protocol.compact import compact_size, decode_compact, encode_compact
from hanpyo.protocol.desk import decode_desk, encode_desk
from hanpyo.protocol.wide import decode_wide, encode_wide

__all__ = [
    "ATTESTATION_BYTES",
    "ESCROW_HEAD",
    "Attestation",
    "BatchError",
    "BatchForm",
    "CompactBatch",
    "CompactRecord",
    "DeskRecord",
    "Listing",
    "WideRecord",
    "compact_size",
    "decode_compact",
    "decode_desk",
    "decode_wide",
    "encode_compact",
    "encode_desk",
    "encode_wide",
]
