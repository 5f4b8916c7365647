"""Lists of members: weights in whole units, a random order, what stays private."""

from random import Random

import pytest

from hanpyo.elections.members import MembersError, build_roll, read_members
from hanpyo.protocol.hashing import keccak
from hanpyo.protocol.roll import decode_roll, member_commitment
from hanpyo.protocol.signatures import address_key_id
from hanpyo.protocol.types import Address, EntryKind

LIST = b"identity,weight,class,key\nkim,1,0,\nlee,1/2,1,\npark,2/3,0,0x" + b"11" * 20 + b"\n"


def test_fractions_become_the_smallest_whole_units() -> None:
    built = build_roll(read_members(LIST))
    assert built.unit == 6
    by_identity = {identity: built.entries[number] for number, identity, _ in built.private}
    weights = {identity: entry.weight for identity, entry in by_identity.items()}
    assert weights == {"kim": 6, "lee": 3, "park": 4}
    assert by_identity["lee"].class_ == 1


def test_a_wallet_is_listed_and_others_are_attested_by_a_blinded_commitment() -> None:
    built = build_roll(read_members(LIST))
    for number, identity, blind in built.private:
        entry = built.entries[number]
        if identity == "park":
            assert (entry.kind, blind) == (EntryKind.LISTED, None)
            assert entry.who == address_key_id(Address(b"\x11" * 20))
        else:
            assert blind is not None
            assert entry.kind is EntryKind.ATTESTED
            assert entry.who == member_commitment(identity.encode(), blind)


def test_the_roll_file_holds_the_entries_and_its_hash_binds_it() -> None:
    built = build_roll(read_members(LIST))
    assert decode_roll(built.file) == built.entries
    assert built.file_hash == keccak(built.file)


def test_voter_numbers_are_a_random_order_and_blinds_are_fresh() -> None:
    data = "identity\n" + "".join(f"member {number}\n" for number in range(200))
    members = read_members(data.encode())
    first, second = (build_roll(members, Random(seed)) for seed in (1, 2))
    orders = [[identity for _, identity, _ in built.private] for built in (first, second)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert not {blind for *_, blind in first.private} & {blind for *_, blind in second.private}


def test_the_private_list_names_every_voter_number_once() -> None:
    lines = build_roll(read_members(LIST)).private_csv().splitlines()
    assert lines[0] == "voter,identity,blind"
    assert [line.split(",")[0] for line in lines[1:]] == ["0", "1", "2"]
    assert {line.split(",")[1] for line in lines[1:]} == {"kim", "lee", "park"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"identity\n", "nobody could vote"),
        (b"name\nkim\n", "line 1: the columns"),
        (b"identity,identity\na,b\n", "line 1: the columns"),
        (b"identity,weight\nkim\n", "line 2: 1 values"),
        (b"identity\nkim\n \n", "line 3: identity"),
        (b"identity,weight\nkim,0\n", "line 2: weight"),
        (b"identity,weight\nkim,1.5\n", "line 2: weight"),
        (b"identity,weight\nkim,-1\n", "line 2: weight"),
        (b"identity,weight\nkim,1/0\n", "line 2: weight"),
        (b"identity,class\nkim,70000\n", "line 2: class"),
        (b"identity,class\nkim,x\n", "line 2: class"),
        (b"identity,key\nkim,0x12\n", "line 2: key"),
        (b"identity\nkim\nlee\nkim\n", "line 4: identity: the same as in line 2"),
        (b"identity,key\nkim,0x" + b"1" * 40 + b"\nlee,0x" + b"1" * 40 + b"\n", "line 3: key"),
        (b"identity\n\xff\n", "UTF-8"),
        (b'identity\n"kim\n', "CSV"),
    ],
)
def test_a_list_that_makes_no_roll_is_refused_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(MembersError, match=said):
        read_members(data)


def test_weights_whose_common_denominator_does_not_fit_are_refused() -> None:
    primes = (4_294_967_291, 4_294_967_279, 4_294_967_231)
    lines = "".join(f"member {prime},1/{prime}\n" for prime in primes)
    with pytest.raises(MembersError, match="common denominator"):
        build_roll(read_members(b"identity,weight\n" + lines.encode()))
