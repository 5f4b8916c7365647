import pytest

from hanpyo.chain.errors import MalformedAnswer
from hanpyo.chain.quantities import (
    read_address,
    read_data,
    read_hash,
    read_list,
    read_object,
    read_quantity,
    to_data,
    to_quantity,
)


@pytest.mark.parametrize(("text", "number"), [("0x0", 0), ("0x41", 65), ("0x400", 1024)])
def test_quantities_are_read_and_written(text: str, number: int) -> None:
    assert read_quantity(text, "field") == number
    assert to_quantity(number) == text


@pytest.mark.parametrize("data", [b"", b"\0", b"\x12\x34"])
def test_data_is_read_and_written(data: bytes) -> None:
    assert read_data(to_data(data), "field") == data


@pytest.mark.parametrize(
    "value",
    [None, True, 65, 1.0, "", "65", "0x", "0xg", "-0x1", "0x-1", "0x1_0", " 0x1", "0x" + "f" * 65],
)
def test_what_is_no_quantity_is_refused_by_name(value: object) -> None:
    with pytest.raises(MalformedAnswer, match="gasUsed"):
        read_quantity(value, "gasUsed")


@pytest.mark.parametrize("value", [None, 1, "", "12", "0x1", "0xzz", "0x12 34", "0x 12", [1]])
def test_what_is_no_data_is_refused_by_name(value: object) -> None:
    with pytest.raises(MalformedAnswer, match="input"):
        read_data(value, "input")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_hash_has_32_bytes(size: int) -> None:
    with pytest.raises(MalformedAnswer, match="32 expected"):
        read_hash("0x" + "ab" * size, "hash")


def test_an_address_gets_its_checksum() -> None:
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # EIP-55's first example
    assert read_address(address.lower(), "address") == address


def test_a_negative_number_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="never negative"):
        to_quantity(-1)


def test_shapes_are_checked() -> None:
    with pytest.raises(MalformedAnswer, match="receipt is not a JSON object"):
        read_object([], "receipt")
    with pytest.raises(MalformedAnswer, match="logs is not a JSON array"):
        read_list({}, "logs")


def test_messages_show_little_of_a_long_value() -> None:
    with pytest.raises(MalformedAnswer) as caught:
        read_quantity("x" * 10_000, "number")
    assert len(str(caught.value)) < 200
