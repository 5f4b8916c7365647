"""The rules by which a registrar signs, each with the refusal it makes."""

import pytest

from hanpyo.protocol.messages import Credential
from hanpyo.protocol.roll import RollEntry
from hanpyo.protocol.signatures import address_key_id, point_key_id
from hanpyo.protocol.types import Address, EntryKind, KeyType
from hanpyo.registrar.checks import (
    require_current_epoch,
    require_entry,
    require_key,
    require_next_epoch,
    require_second,
)
from hanpyo.registrar.errors import (
    BadKey,
    EntryListed,
    RebindClosed,
    SecondCheckMissing,
    UnlikeRoll,
    VoterUnknown,
    WrongEpoch,
)
from hanpyo.registrar.requests import Evidence

KEY = address_key_id(Address(b"\x11" * 20))
ROLL = (
    RollEntry(EntryKind.ATTESTED, b"\x01" * 32, 3, 1),
    RollEntry(EntryKind.LISTED, KEY, 1, 0),
)


def test_the_rolls_own_weight_and_class_pass() -> None:
    require_entry(ROLL, Credential(0, KEY, 3, 1, 0))


@pytest.mark.parametrize(
    ("credential", "refusal"),
    [
        (Credential(0, KEY, 2, 1, 0), UnlikeRoll),
        (Credential(0, KEY, 3, 0, 0), UnlikeRoll),
        (Credential(1, KEY, 1, 0, 0), EntryListed),
        (Credential(2, KEY, 1, 0, 0), VoterUnknown),
        (Credential(-1, KEY, 1, 0, 0), VoterUnknown),
    ],
)
def test_an_entry_unlike_the_roll_is_refused(
    credential: Credential, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        require_entry(ROLL, credential)


def test_every_kind_of_key_passes() -> None:
    for key in (KEY, point_key_id(KeyType.P256, 1, 2), point_key_id(KeyType.WEBAUTHN, 1, 2)):
        require_key(key)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        KEY[:31],
        KEY + b"\0",
        bytes(32),
        b"\x00" + b"\x01" * 31,
        b"\x04" + b"\x01" * 31,
        b"\x01" + bytes(31),
        b"\x01" + b"\x01" * 31,
    ],
)
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(BadKey):
        require_key(key)


def test_a_credential_is_for_the_minimum_epoch_alone() -> None:
    require_current_epoch(2, 2)
    for epoch in (0, 1, 3, 65_535):
        with pytest.raises(WrongEpoch):
            require_current_epoch(epoch, 2)


def test_a_rebind_is_one_step_before_the_cut_off() -> None:
    require_next_epoch(3, 2, now=9, rebind_until=10)
    for epoch in (2, 4, 0):
        with pytest.raises(WrongEpoch):
            require_next_epoch(epoch, 2, now=9, rebind_until=10)
    with pytest.raises(RebindClosed):
        require_next_epoch(3, 2, now=10, rebind_until=10)


def test_no_rebind_leads_to_the_epoch_of_desk_acts() -> None:
    with pytest.raises(WrongEpoch):
        require_next_epoch(65_535, 65_534, now=0, rebind_until=1)


@pytest.mark.parametrize("methods", [("mail", "sms"), ("appearance",)])
def test_two_methods_or_an_appearance_are_a_second_check(methods: tuple[str, ...]) -> None:
    require_second(Evidence("L2", methods, 0))


@pytest.mark.parametrize("methods", [(), ("mail",), ("mail", "mail")])
def test_one_method_is_none(methods: tuple[str, ...]) -> None:
    with pytest.raises(SecondCheckMissing):
        require_second(Evidence("L2", methods, 0))
