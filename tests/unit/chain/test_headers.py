import pytest

from hanpyo.chain.encoding import InvalidEncoding, decode_list, encode
from hanpyo.chain.errors import HeaderMismatch, MalformedAnswer
from hanpyo.chain.headers import Header

EMPTY = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
# Ethereum's genesis block.
GENESIS: dict[str, object] = {
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    "parentHash": "0x" + "00" * 32,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": EMPTY,
    "receiptsRoot": EMPTY,
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": "0x" + "00" * 32,
    "nonce": "0x0000000000000042",
}
LATER: dict[str, object] = {
    "baseFeePerGas": "0x7",
    "withdrawalsRoot": EMPTY,
    "blobGasUsed": "0x0",
    "excessBlobGas": "0x0",
    "parentBeaconBlockRoot": "0x" + "11" * 32,
    "requestsHash": "0x" + "22" * 32,
}


def test_ethereums_genesis_header_hashes_to_its_block_hash() -> None:
    header = Header.from_rpc(GENESIS)
    assert "0x" + header.hash.hex() == GENESIS["hash"]
    assert header.number == 0
    assert "0x" + header.state_root.hex() == GENESIS["stateRoot"]


def test_a_header_is_its_encoding() -> None:
    header = Header.from_rpc(GENESIS)
    assert Header.decode(header.encoded) == header


@pytest.mark.parametrize("count", range(1, 7))
def test_each_forks_fields_are_part_of_the_hash(count: int) -> None:
    block = GENESIS | dict(list(LATER.items())[:count])
    with pytest.raises(HeaderMismatch, match="header hashes to"):
        Header.from_rpc(block)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stateRoot", "0x" + "ab" * 32),
        ("number", "0x1"),
        ("timestamp", "0x1"),
        ("hash", "0x" + "ab" * 32),
        ("logsBloom", "0x" + "ff" * 256),
    ],
)
def test_an_altered_field_is_found(name: str, value: str) -> None:
    with pytest.raises(HeaderMismatch):
        Header.from_rpc(GENESIS | {name: value})


@pytest.mark.parametrize("name", sorted(GENESIS))
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(MalformedAnswer, match=name):
        Header.from_rpc({key: value for key, value in GENESIS.items() if key != name})


def test_encodings_that_are_no_header_are_refused() -> None:
    fields = decode_list(Header.from_rpc(GENESIS).encoded)
    for wrong in (
        fields[:-1],
        [*fields, *[b""] * 7],
        [b"", *fields[1:]],
        [*fields[:6], b"", *fields[7:]],
    ):
        with pytest.raises(HeaderMismatch):
            Header.decode(encode(wrong))
    for garbage in (b"", b"\x80", b"\xf9\xff\xff", encode([[b""], *fields[1:]])):
        with pytest.raises(InvalidEncoding):
            Header.decode(garbage)


def test_an_empty_bloom_rules_everything_out_and_a_full_one_nothing() -> None:
    empty = Header.from_rpc(GENESIS)
    fields = decode_list(empty.encoded)
    full = Header.decode(encode([*fields[:6], b"\xff" * 256, *fields[7:]]))
    assert not empty.may_hold(b"entry")
    assert full.may_hold(b"entry")


def test_a_bloom_holds_what_was_put_in() -> None:
    """The bloom of one entry, computed by eth-bloom for the bytes b"testtest"."""
    bloom = (1 << 70) | (1 << 1303) | (1 << 1533)
    fields = decode_list(Header.from_rpc(GENESIS).encoded)
    header = Header.decode(encode([*fields[:6], bloom.to_bytes(256), *fields[7:]]))
    assert header.may_hold(b"testtest")
    assert not header.may_hold(b"other")
