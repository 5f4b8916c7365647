"""One person, one row."""

import pytest

from tests.unit.elections.roll_import.books import codes, preview, warned

HEAD = "조합원번호,이름,휴대폰,이메일,생년월일,로그인식별자,지갑\n"
WALLET = "0x" + "ab" * 20

TWICE = [
    ("1,김,,,,,", "1,박,,,,,", "same_number", "조합원번호"),
    ("a1,김,,,,,", "A 1,박,,,,,", "same_number", "조합원번호"),
    (",김 한표,010-1234-5678,,,,", ",김한표,01012345678,,,,", "same_phone_and_name", "휴대폰"),
    (",김,,K@x.kr,,,", ",김,,k@X.kr,,,", "same_mail_and_name", "이메일"),
    (",김,010-1234-5678,,1960-01-02,,", ",김,,,19600102,,", "same_name_and_birth", "이름"),
    (",김,,,,s,", ",박,,,,s,", "same_subject", "로그인식별자"),
    (f",김,,,,,{WALLET}", f",박,,,,,{WALLET}", "same_wallet", "지갑"),
    (",,010-1234-5678,,,,", ",,010-1234-5678,,,,", "same_phone_and_name", "휴대폰"),
]


@pytest.mark.parametrize(("first", "second", "code", "column"), TWICE)
def test_a_person_named_twice_is_an_error_with_both_rows(
    first: str, second: str, code: str, column: str
) -> None:
    found = preview(HEAD + f"{first}\n9,최,,,,,\n{second}\n")
    assert codes(found) == [(4, code)]
    assert (found.errors[0].other, found.errors[0].column) == (2, column)
    assert "2행" in found.errors[0].korean
    assert "row 2" in found.errors[0].english


def test_a_household_may_share_a_telephone() -> None:
    found = preview(HEAD + ",김,010-1234-5678,,,,\n,박,010-1234-5678,,,,\n")
    assert found.errors == ()
    assert warned(found) == [(3, "shared_phone")]


def test_people_of_one_name_are_not_one_person() -> None:
    found = preview(HEAD + ",김,010-1234-5678,,1960-01-02,,\n,김,010-8765-4321,,1961-01-02,,\n")
    assert found.errors == ()
    assert found.warnings == ()
