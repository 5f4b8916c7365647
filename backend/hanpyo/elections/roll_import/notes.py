"""What is said of a file: a stable code with its text in Korean and English, and its place.

A note never repeats what a cell holds, for that is personal data; it says where to look.
"""

from dataclasses import dataclass
from typing import Final

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "empty_file": ("파일이 비어 있습니다.", "The file is empty."),
    "unknown_encoding": (
        "글자를 읽을 수 없습니다. 엑셀에서 'CSV UTF-8' 또는 .xlsx로 다시 저장해 주세요.",
        "The text cannot be read. Save it again as 'CSV UTF-8' or as .xlsx.",
    ),
    "old_workbook": (
        "옛 엑셀 파일(.xls)입니다. '다른 이름으로 저장'에서 .xlsx를 골라 주세요.",
        "This is an old Excel file (.xls). Save it as .xlsx.",
    ),
    "encrypted_workbook": (
        "암호가 걸린 파일입니다. 암호를 풀고 저장한 다음 다시 올려 주세요.",
        "The file is protected by a password. Save it without one and upload it again.",
    ),
    "other_workbook": (
        "엑셀 통합 문서(.xlsx)나 CSV가 아닙니다. 둘 중 하나로 저장해 주세요.",
        "This is neither an Excel workbook (.xlsx) nor CSV. Save it as one of them.",
    ),
    "unsafe_workbook": (
        "압축을 풀면 지나치게 커지거나 다른 파일이 들어 있는 통합 문서라서 열지 않았습니다.",
        "The workbook was not opened: it unpacks to too much or has other archives in it.",
    ),
    "broken_workbook": (
        "손상된 통합 문서입니다. 엑셀에서 열어 새 파일로 저장해 주세요.",
        "The workbook is damaged. Open it in Excel and save it as a new file.",
    ),
    "broken_csv": (
        "따옴표나 줄이 잘못되어 이 행부터 읽을 수 없습니다.",
        "From this row on the file cannot be read: a quote or a line is wrong.",
    ),
    "only_hidden_sheets": (
        "보이는 시트가 없습니다. 명부가 있는 시트의 숨김을 풀어 주세요.",
        "Every sheet is hidden. Show the sheet that holds the roll.",
    ),
    "hidden_sheet": (
        "숨겨진 시트 '{name}'은(는) 읽지 않았습니다.",
        "The hidden sheet '{name}' was not read.",
    ),
    "more_sheets": (
        "첫 번째 시트만 읽었습니다. '{name}' 시트는 읽지 않았습니다.",
        "Only the first sheet was read; '{name}' was not.",
    ),
    "no_header": (
        "제목 행을 찾지 못했습니다. 첫 행에 이름, 휴대폰, 이메일 같은 제목을 넣어 주세요.",
        "There is no row of headings. Name the columns in the first row: name, phone, mail.",
    ),
    "column_twice": (
        "같은 뜻의 열이 두 번 있습니다. 하나만 남겨 주세요.",
        "Two columns mean the same. Keep one.",
    ),
    "column_ignored": ("이 열은 사용하지 않습니다.", "This column is not used."),
    "class_ignored": (
        "이 투표에는 구분이 하나뿐이라 이 열은 사용하지 않습니다.",
        "The election has one class only, so this column is not used.",
    ),
    "resident_number": (
        "주민등록번호는 받지 않습니다. 지우고 생년월일만 넣어 주세요.",
        "Resident registration numbers are not taken. Remove them; give the birth date only.",
    ),
    "no_rows": ("제목 아래에 조합원이 없습니다.", "There is nobody below the headings."),
    "too_many_rows": ("{most}행까지만 받습니다.", "At most {most} rows are taken."),
    "too_many_columns": ("{most}열까지만 받습니다.", "At most {most} columns are taken."),
    "cell_too_long": (
        "내용이 {most}자를 넘습니다.",
        "The cell holds more than {most} characters.",
    ),
    "hidden_character": (
        "보이지 않거나 글자 방향을 바꾸는 문자가 들어 있습니다. 지우고 다시 입력해 주세요.",
        "The cell holds a character that is invisible or turns the text. Type it again.",
    ),
    "formula": (
        "수식은 읽지 않습니다. 복사한 다음 '값 붙여넣기'로 바꿔 주세요.",
        "Formulas are not read. Copy the cells and paste them as values.",
    ),
    "error_value": (
        "#N/A, #REF! 같은 오류 값입니다. 고쳐 주세요.",
        "The cell holds an error such as #N/A. Correct it.",
    ),
    "rounded_fraction": (
        "엑셀이 분수를 반올림했습니다. 셀 서식을 '텍스트'로 하고 1/3처럼 다시 입력해 주세요.",
        "Excel has kept a rounded fraction. Format the cell as text and type it again, like 1/3.",
    ),
    "shortened_number": (
        "엑셀이 숫자를 줄여 적었습니다. 셀 서식을 '텍스트'로 하고 다시 입력해 주세요.",
        "Excel has shortened the number. Format the cell as text and type it again.",
    ),
    "nobody": (
        "이름, 연락처, 번호 가운데 하나는 있어야 합니다.",
        "The row names nobody: give a name, a contact or a number.",
    ),
    "total_line": (
        "합계 행으로 보입니다. 지워 주세요.",
        "This looks like a line of totals. Delete it.",
    ),
    "bad_phone": (
        "전화번호가 아닙니다. 010-1234-5678처럼 적어 주세요.",
        "This is no telephone number. Write it like 010-1234-5678 or +82 10 1234 5678.",
    ),
    "bad_mail": (
        "이메일 주소가 아닙니다. 하나만 적어 주세요.",
        "This is no mail address. Give exactly one.",
    ),
    "birth_needs_century": (
        "연도가 두 자리라 세기를 알 수 없습니다. 1960-01-02처럼 네 자리로 적어 주세요.",
        "The year has two digits. Write all four, like 1960-01-02.",
    ),
    "bad_birth_date": (
        "생년월일이 아닙니다. 1960-01-02처럼 적어 주세요.",
        "This is no birth date. Write it like 1960-01-02.",
    ),
    "not_a_date": (
        "엑셀이 날짜로 바꾼 값입니다. 셀 서식을 '텍스트'로 하고 다시 입력해 주세요.",
        "Excel has made this a date. Format the cell as text and type it again.",
    ),
    "bad_weight": (
        "지분은 3, 2.5, 1/3, 12.5%처럼 적어 주세요.",
        "Write a weight like 3, 2.5, 1/3 or 12.5%.",
    ),
    "weight_not_positive": ("지분은 0보다 커야 합니다.", "A weight is above 0."),
    "weight_too_fine": (
        "지분의 자릿수가 너무 많습니다. 분수로 적거나 반올림해 주세요.",
        "The weight has too many digits. Write a fraction, or round it.",
    ),
    "weight_looks_rounded": (
        "반올림된 소수로 보입니다. 정확한 분수가 있으면 1/3처럼 적어 주세요.",
        "This looks like a rounded number. Where you know the fraction, write it, like 1/3.",
    ),
    "percent_mixed": (
        "어떤 행은 %가 있고 어떤 행은 없습니다. 모두 같은 방식으로 적어 주세요.",
        "Some rows have a percent sign and some have none. Write all in one way.",
    ),
    "weights_do_not_fit": (
        "지분을 정수로 바꾸면 합계가 63비트를 넘습니다. 이 행의 지분을 더 단순하게 적어 주세요.",
        "As whole numbers the weights exceed 63 bits in sum. Write this row's more simply.",
    ),
    "unknown_class": (
        "없는 구분입니다. 가능한 값: {names}",
        "There is no such class. There are: {names}",
    ),
    "bad_wallet": (
        "지갑 주소가 아니거나 대소문자 검사값이 틀립니다.",
        "This is no wallet address, or its checksum is wrong.",
    ),
    "same_number": (
        "{other}행과 조합원번호가 같습니다.",
        "The member number is also in row {other}.",
    ),
    "same_phone_and_name": (
        "{other}행과 이름과 전화번호가 같습니다. 한 사람은 한 줄로 합쳐 주세요.",
        "Name and phone are also in row {other}. A person has one row.",
    ),
    "same_mail_and_name": (
        "{other}행과 이름과 이메일이 같습니다. 한 사람은 한 줄로 합쳐 주세요.",
        "Name and mail are also in row {other}. A person has one row.",
    ),
    "same_name_and_birth": (
        "{other}행과 이름과 생년월일이 같습니다. 다른 사람이면 이름을 구별해 주세요.",
        "Name and birth date are also in row {other}. A person has one row; tell others apart.",
    ),
    "same_wallet": ("{other}행과 지갑 주소가 같습니다.", "The wallet is also in row {other}."),
    "same_subject": (
        "{other}행과 로그인 식별자가 같습니다.",
        "The sign-in subject is also in row {other}.",
    ),
    "shared_phone": (
        "{other}행의 다른 사람과 전화번호가 같습니다. 한 세대라면 그대로 두어도 됩니다.",
        "Another person in row {other} has the same phone. That is fine for one household.",
    ),
    "shared_mail": (
        "{other}행의 다른 사람과 이메일이 같습니다. 한 세대라면 그대로 두어도 됩니다.",
        "Another person in row {other} has the same mail. That is fine for one household.",
    ),
}
CODES: Final = frozenset(_TEXTS)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about a file. `row` is None where it concerns the whole file, `column` the row.

    `other` is the row of the other person where two are alike.
    """

    code: str
    row: int | None
    column: str | None
    korean: str
    english: str
    other: int | None = None


def note(code: str, row: int | None = None, column: str | None = None, **names: str | int) -> Note:
    """The note of a code; `names` fill its text."""
    korean, english = _TEXTS[code]
    other = names.get("other")
    return Note(
        code,
        row,
        column,
        korean.format(**names),
        english.format(**names),
        other if isinstance(other, int) else None,
    )
