"""Personal data as lists show it."""

from datetime import date

import pytest

from hanpyo.elections.masking import masked, masked_mail, masked_name, masked_phone
from hanpyo.elections.people import Person


@pytest.mark.parametrize(
    ("name", "shown"), [("김한표", "김○○"), ("김표", "김○"), ("김", "○"), ("남궁한표", "남○○○")]
)
def test_a_name_keeps_its_first_syllable(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("+821012345678", "010-****-5678"), ("+14155552671", "+1******2671")],
)
def test_a_phone_keeps_its_last_digits(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("mail", "shown"), [("kim@example.kr", "k***@example.kr"), ("k@example.kr", "***@example.kr")]
)
def test_a_mail_keeps_its_first_letter_and_domain(mail: str, shown: str) -> None:
    assert masked_mail(mail) == shown


def test_nothing_else_of_a_person_is_shown() -> None:
    person = Person(
        "김한표", "+821012345678", "kim@a.kr", date(1960, 1, 2), "종로구", "7", "s", "박"
    )
    shown = masked(person)
    assert set(shown) == {"name", "phone", "mail", "birth_date", "number"}
    assert shown["birth_date"] == "1960-**-**"
    assert masked(Person()) == {}
