"""Headings in Korean and English."""

import pytest

from tests.unit.elections.roll_import.books import codes, preview, warned


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("이름", "name"),
        ("성 명", "name"),
        ("조합원명", "name"),
        ("Full Name", "name"),
        ("휴대폰번호", "phone"),
        ("휴대전화*", "phone"),
        ("핸드폰", "phone"),
        ("연락처(필수)", "phone"),
        ("MOBILE", "phone"),
        ("E-Mail", "mail"),
        ("전자우편", "mail"),
        ("조합원번호", "number"),
        ("회원 번호", "number"),
        ("member_no", "number"),
        ("지갑주소", "wallet"),
    ],
)
def test_a_heading_is_known_in_its_variants(heading: str, field: str) -> None:
    found = preview(f"비고,{heading}\n")
    assert [(column.title, column.field) for column in found.columns] == [(heading, field)]
    assert (1, "column_ignored") in warned(found)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("생년월일", "birth_date"),
        ("주소", "address"),
        ("지분(%)", "weight"),
        ("의결권", "weight"),
        ("출자 좌수", "weight"),
        ("구분", "class"),
        ("동", "class"),
        ("분류", "class"),
        ("votes", "weight"),
    ],
)
def test_other_columns_stand_beside_a_name(heading: str, field: str) -> None:
    assert [each.field for each in preview(f"이름,{heading}\n").columns] == ["name", field]


def test_of_two_telephones_the_mobile_is_read() -> None:
    found = preview("이름,전화번호,휴대폰\n김,02-123-4567,010-1234-5678\n")
    assert found.rows[0].person.phone == "+821012345678"
    assert [note.column for note in found.warnings] == ["전화번호"]


def test_one_heading_twice_is_an_error() -> None:
    assert codes(preview("이름,휴대폰,휴대폰\n김,,\n"))[0] == (1, "column_twice")


def test_resident_registration_numbers_are_not_taken() -> None:
    assert codes(preview("이름,주민등록번호\n김,600102-1234567\n")) == [(1, "resident_number")]


def test_lines_above_the_headings_are_passed_over() -> None:
    found = preview(
        "○○조합 조합원 명부\n2026. 11. 25. 현재\n번호,성명,연락처\n1,김,010-1234-5678\n"
    )
    assert [row.row for row in found.rows] == [4]
