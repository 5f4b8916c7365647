"""Batches joined from kept bytes are those that the protocol encodes."""

from hypothesis import given
from hypothesis import strategies as st

from hanpyo.protocol.batch import (
    Attestation,
    BatchForm,
    CompactBatch,
    CompactRecord,
    Listing,
    encode_compact,
)
from hanpyo.protocol.batch_parts import encode_attestations
from hanpyo.protocol.types import Secrecy
from hanpyo.relay.batches import compact_batch
from hanpyo.relay.planner import Pending
from hanpyo.relay.submission import COMPACT

FORM = BatchForm(Secrecy.OPEN, 3, 3, 2, 0)
ATTESTATIONS = (Attestation(0, b"\1" * 64), Attestation(2, b"\2" * 64))

records = st.builds(
    CompactRecord,
    voter=st.integers(0, 2**32 - 1),
    signature=st.binary(min_size=64, max_size=64),
    payload=st.binary(min_size=3, max_size=3),
    weight=st.sampled_from([1, 1, 5, 2**63]),
    class_=st.sampled_from([0, 0, 7]),
    epoch=st.sampled_from([0, 0, 3]),
    revision=st.sampled_from([0, 0, 1023]),
    kind=st.sampled_from([1, 1, 2]),
    attestations=st.just(ATTESTATIONS),
)


def pending(record: CompactRecord) -> Pending:
    attested = encode_attestations(record.attestations, 2, 3)
    return Pending(
        0,
        record.voter,
        record.epoch,
        record.revision,
        record.kind,
        COMPACT,
        record.weight,
        record.class_,
        bytes(32),
        record.signature + record.payload + attested,
    )


@given(st.lists(records, min_size=1, max_size=5))
def test_each_with_its_own_credential(chosen: list[CompactRecord]) -> None:
    expected = encode_compact(CompactBatch.shortest(chosen), FORM)
    assert compact_batch([pending(each) for each in chosen], FORM) == expected


@given(st.lists(records, min_size=1, max_size=5))
def test_under_one_list(chosen: list[CompactRecord]) -> None:
    bare = [
        CompactRecord(
            each.voter,
            each.signature,
            each.payload,
            each.weight,
            each.class_,
            each.epoch,
            each.revision,
            each.kind,
        )
        for each in chosen
    ]
    expected = encode_compact(CompactBatch.shortest(bare, Listing(ATTESTATIONS)), FORM)
    assert compact_batch([pending(each) for each in chosen], FORM, ATTESTATIONS) == expected
