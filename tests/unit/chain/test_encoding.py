import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanpyo.chain.encoding import Encodable, decode, encode

# The examples of ethereum.org's page on RLP, and items on both sides of each change of form.
KNOWN: list[tuple[Encodable, bytes]] = [
    (b"", b"\x80"),
    (0, b"\x80"),
    (b"\0", b"\0"),
    (15, b"\x0f"),
    (b"\x7f", b"\x7f"),
    (b"\x80", b"\x81\x80"),
    (128, b"\x81\x80"),
    (1024, b"\x82\x04\x00"),
    (b"dog", b"\x83dog"),
    ([], b"\xc0"),
    ([b"cat", b"dog"], b"\xc8\x83cat\x83dog"),
    ([[], [[]], [[], [[]]]], b"\xc7\xc0\xc1\xc0\xc3\xc0\xc1\xc0"),
    (b"a" * 55, b"\xb7" + b"a" * 55),
    (b"a" * 56, b"\xb8\x38" + b"a" * 56),
    (b"a" * 256, b"\xb9\x01\x00" + b"a" * 256),
    ([b"a"] * 55, b"\xf7" + b"a" * 55),
    ([b"a"] * 56, b"\xf8\x38" + b"a" * 56),
    ([b"a"] * 65_536, b"\xfa\x01\x00\x00" + b"a" * 65_536),
]
ITEMS = st.recursive(st.binary(max_size=300), lambda items: st.lists(items, max_size=5))


@pytest.mark.parametrize(("item", "encoded"), KNOWN)
def test_known_encodings(item: Encodable, encoded: bytes) -> None:
    assert encode(item) == encoded


@given(ITEMS)
def test_what_is_encoded_is_canonical_and_comes_back(item: bytes | list[Encodable]) -> None:
    assert decode(encode(item)) == item


def test_a_negative_number_has_no_encoding() -> None:
    with pytest.raises(OverflowError):
        encode(-1)
