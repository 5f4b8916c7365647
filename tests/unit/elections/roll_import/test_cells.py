"""What cells may say, one by one."""

from datetime import date
from fractions import Fraction

import pytest

from tests.unit.elections.roll_import.books import codes, preview, warned

WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"

FIELDS = [
    ("휴대폰", "010-1234-5678", "phone", "+821012345678"),
    ("휴대전화", "01012345678", "phone", "+821012345678"),
    ("연락처", "1012345678", "phone", "+821012345678"),
    ("전화번호", "010 1234 5678", "phone", "+821012345678"),
    ("mobile", "+82 10-1234-5678", "phone", "+821012345678"),
    ("Cell Phone", "82-10-1234-5678", "phone", "+821012345678"),
    ("phone", "0082 10 1234 5678", "phone", "+821012345678"),
    ("phone", "０１０－１２３４－５６７８", "phone", "+821012345678"),
    ("phone", "010–1234–5678", "phone", "+821012345678"),
    ("phone", "02)123-4567", "phone", "+8221234567"),
    ("phone", "+1 415 555 2671", "phone", "+14155552671"),
    ("이메일 (필수)", " Kim@Example.KR ", "mail", "Kim@Example.KR"),
    ("E-mail", "kim+vote@example.co.kr", "mail", "kim+vote@example.co.kr"),
    ("생년월일", "1960-01-02", "birth_date", date(1960, 1, 2)),
    ("생년월일", "1960.1.2", "birth_date", date(1960, 1, 2)),
    ("생년월일", "1960. 1. 2.", "birth_date", date(1960, 1, 2)),
    ("생년월일", "1960/01/02", "birth_date", date(1960, 1, 2)),
    ("생년월일", "1960년 1월 2일", "birth_date", date(1960, 1, 2)),
    ("생년월일", "19600102", "birth_date", date(1960, 1, 2)),
    ("date of birth", "2000-02-29", "birth_date", date(2000, 2, 29)),
    ("조합원 번호", "A-017", "number", "A-017"),
    ("주소", "서울시  종로구 1", "address", "서울시 종로구 1"),
    ("공유자", "박한표, 이한표", "co_owners", "박한표, 이한표"),
    ("OIDC subject", "248289761001", "subject", "248289761001"),
    ("성명", "김한표", "name", "김한표"),
    ("조합원명", "Ａｎｎ　Ｌｅｅ", "name", "Ann Lee"),
]


@pytest.mark.parametrize(("heading", "cell", "field", "value"), FIELDS)
def test_a_cell_becomes_its_normal_form(heading: str, cell: str, field: str, value: object) -> None:
    found = preview(
        f'이름표,회원번호x,{heading},회원번호\n,,"{cell}",77\n'.replace("회원번호x", "비고")
    )
    if field == "number":
        found = preview(f'{heading}\n"{cell}"\n')
    assert found.errors == ()
    assert getattr(found.rows[0].person, field) == value


BAD = [
    ("휴대폰", "010-1234-567", "bad_phone"),
    ("휴대폰", "010-1234-56789", "bad_phone"),
    ("휴대폰", "없음", "bad_phone"),
    ("휴대폰", "010-1234-5678, 010-8765-4321", "bad_phone"),
    ("휴대폰", "1.01E+09", "shortened_number"),
    ("이메일", "kim@", "bad_mail"),
    ("이메일", "kim@example", "bad_mail"),
    ("이메일", "a@b.kr; c@d.kr", "bad_mail"),
    ("이메일", "김@example.kr", "bad_mail"),
    ("이메일", "a..b@example.kr", "bad_mail"),
    ("이메일", "a@example.kr\nBcc: x@y.kr", "bad_mail"),
    ("생년월일", "600102", "birth_needs_century"),
    ("생년월일", "60.1.2", "birth_needs_century"),
    ("생년월일", "1960-13-01", "bad_birth_date"),
    ("생년월일", "1961-02-29", "bad_birth_date"),
    ("생년월일", "2999-01-01", "bad_birth_date"),
    ("생년월일", "1066-01-01", "bad_birth_date"),
    ("생년월일", "01/02/1960", "bad_birth_date"),
    ("생년월일", "600102-1234567", "resident_number"),
    ("이름", "6001021234567", "resident_number"),
    ("공유자", "박한표 (600102 - 1234567)", "resident_number"),
    ("이름", "김\u200b한표", "hidden_character"),
    ("이름", "김\u202e표한", "hidden_character"),
    ("이름", "김\x07한표", "hidden_character"),
    ("이름", "김\ufeff한표", "hidden_character"),
    ("이름", "김" * 1_001, "cell_too_long"),
    ("이름", "합 계", "total_line"),
    ("지분", "많음", "bad_weight"),
    ("지분", "1/0", "bad_weight"),
    ("지분", "1,23", "bad_weight"),
    ("지분", "0x10", "bad_weight"),
    ("지분", "nan", "bad_weight"),
    ("지분", "0", "weight_not_positive"),
    ("지분", "-3", "weight_not_positive"),
    ("지분", "0%", "weight_not_positive"),
    ("지분", "1.0E+20", "shortened_number"),
    ("지분", "1" + "0" * 19, "weight_too_fine"),
    ("지분", "0." + "3" * 20, "weight_too_fine"),
    ("지분", "1" * 41, "weight_too_fine"),
    ("구분", "없는 구분", "unknown_class"),
    ("구분", "2", "unknown_class"),
    ("구분", "-1", "unknown_class"),
    ("구분", "²", "unknown_class"),
    ("지갑주소", "0x" + "0" * 40, "bad_wallet"),
    ("지갑주소", WALLET.replace("aA", "Aa"), "bad_wallet"),
    ("지갑주소", WALLET[:-1], "bad_wallet"),
    ("지갑주소", "vitalik.eth", "bad_wallet"),
]


@pytest.mark.parametrize(("heading", "cell", "code"), BAD)
def test_a_bad_cell_is_named_by_row_column_and_code(heading: str, cell: str, code: str) -> None:
    found = preview(f'{heading},사번\n"{cell}",1\n,2\n')
    assert codes(found) == [(2, code)]
    assert found.errors[0].column == (None if code == "total_line" else heading)
    assert len(found.rows) == 1


WEIGHTS = [
    ("3", 3),
    ("1,234,567", 1_234_567),
    ("2.5", Fraction(5, 2)),
    ("0.333", Fraction(333, 1_000)),
    ("1/3", Fraction(1, 3)),
    ("1 1/3", Fraction(4, 3)),
    ("2 / 6", Fraction(1, 3)),
    ("1½", Fraction(3, 2)),
    ("12.5%", Fraction(1, 8)),
    ("1/3 %", Fraction(1, 300)),
    ("１２", 12),
    ("6001021234567", 6_001_021_234_567),
    ("", 1),
]


@pytest.mark.parametrize(("cell", "weight"), WEIGHTS)
def test_weights_are_exact(cell: str, weight: Fraction) -> None:
    found = preview(f'이름,지분\n김,"{cell}"\n')
    assert found.errors == ()
    assert found.rows[0].weight == weight


def test_a_rounded_looking_weight_is_warned_of() -> None:
    assert warned(preview("이름,지분\n김,0.3333333333\n")) == [(2, "weight_looks_rounded")]


def test_percentages_and_numbers_do_not_mix() -> None:
    found = preview("이름,지분\n김,12.5%\n박,87.5%\n이,12\n")
    assert codes(found) == [(4, "percent_mixed")]


def test_classes_are_named_or_numbered() -> None:
    found = preview("이름,구분\n김,대의원\n박,0\n이,\n최,1\n")
    assert [row.class_ for row in found.rows] == [1, 0, 0, 1]
    assert found.by_class == {0: (2, Fraction(2)), 1: (2, Fraction(2))}


def test_a_class_column_is_not_needed_where_there_is_one_class() -> None:
    found = preview("이름,동\n김,101동\n", classes=("everybody",))
    assert warned(found) == [(1, "class_ignored")]
    assert found.rows[0].class_ == 0


def test_a_wallet_lists_the_entry() -> None:
    for text in (WALLET, WALLET.lower()):
        assert preview(f"이름,지갑주소\n김,{text}\n").rows[0].wallet == bytes.fromhex(WALLET[2:])


def test_decomposed_hangul_is_the_same_name() -> None:
    decomposed = "\u1100\u1175\u11b7"
    assert preview(f"이름\n{decomposed}\n").rows[0].person.name == "김"


def test_errors_never_stop_at_the_first() -> None:
    found = preview("이름,휴대폰,지분\n김,1,x\n박,2,y\n,,\n이,010-1234-5678,1\n,,3\n")
    assert codes(found) == [
        (2, "bad_phone"),
        (2, "bad_weight"),
        (3, "bad_phone"),
        (3, "bad_weight"),
        (6, "nobody"),
    ]
    assert len(found.rows) == 1


def test_weights_that_fit_no_integer_name_the_rows_that_cause_it() -> None:
    primes = (2_147_483_647, 2_147_483_629, 2_147_483_587)
    lines = "".join(f"김{prime},1/{prime}\n" for prime in primes)
    found = preview("이름,지분\n박,1000000\n" + lines)
    assert ("weights_do_not_fit" in {code for _, code in codes(found)}) is True
    assert (2, "weights_do_not_fit") not in codes(found)


def test_whole_weights_that_are_too_much_name_the_heaviest() -> None:
    found = preview(f"이름,지분\n박,1\n김,{(1 << 63) - 1}\n")
    assert codes(found)[0] == (3, "weights_do_not_fit")


def test_no_note_repeats_what_a_cell_holds() -> None:
    found = preview("이름,휴대폰,이메일,지분\n김한표,77777,hanpyo@@,비밀\n김한표,77777,,비밀\n")
    said = " ".join(note.korean + note.english for note in found.errors + found.warnings)
    assert not [text for text in ("한표", "77777", "hanpyo", "비밀") if text in said]


def test_nothing_of_a_person_is_shown() -> None:
    found = preview("이름,휴대폰\n김한표,010-1234-5678\n")
    assert "한표" not in repr(found.rows)
    assert "1234" not in repr(found.rows)
