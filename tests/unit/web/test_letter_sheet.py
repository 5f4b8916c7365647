"""Letters on paper: what stands on them, where, and that no text on them does harm."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
import segno

from hanpyo.built import Assets
from hanpyo.identity.invitations import PaperLetter
from hanpyo.printing.sheet import Face, document, face_of, lacking, readable
from hanpyo.web.letter_sheet import LetterSheet, Words
from tests.printed import Page, Printed, read

MILLIMETRE = 72 / 25.4
TOP = 841.89
STRONG = "Pretendard-SemiBold"
RIGHT = 190 * MILLIMETRE + 0.01  # places are rounded
WORDS = Words(
    language="ko",
    heading="투표 안내",
    sender="햇살조합",
    salutation="\0 귀하",
    title="정기총회",
    test="",
    guidance=("투표에 초대합니다.", "이 편지는 본인만 쓰시고 다른 사람에게 보여 주지 마세요."),
    site=("주소", ("https://vote.example/v",)),
    code="우편 코드",
    voter="선거인 번호",
    period=("투표 기간", ("2027년 3월 2일 09:00 –", "2027년 3월 5일 18:00")),
)
LETTER = PaperLetter(
    1234,
    "김한표",
    "서울특별시 종로구 세종대로 209",
    "AAAA-BBBB-CCCC-DDDD-EE",
    "https://vote.example/v#token",
)
HOSTILE = (
    "<b>김</b> &amp; (\\) % <</Type/Page>> endstream endobj",
    "가" * 3000,
    "word " * 800,
    "👩‍👩‍👧👍🏽 王小明 مرحبا שלום",
    "\u202e거꾸로\u202c\u200b\ufeff\u2066",
    "\x00\x01\x1b[31m\r\n\t\x7f\x85\u2028",
    "각" + "\u0301" * 400,
    "\ud800",
    " ",
)


@pytest.fixture(scope="module")
def faces() -> tuple[Face, Face]:
    assets = Assets()
    names = ("letter.ttf", "letter-strong.ttf")
    regular, strong = (face_of(assets.folder / assets.get(name).file) for name in names)
    return regular, strong


def drawn(faces: tuple[Face, Face], words: Words, *letters: PaperLetter) -> bytes:
    sheet = LetterSheet(words, *faces)
    pages = (partial(sheet.draw, letter=each) for each in letters)
    return document(faces[0], pages, words.heading, words.language)


def printed(faces: tuple[Face, Face], words: Words, *letters: PaperLetter) -> Printed:
    return read(drawn(faces, words, *letters))


def in_window(page: Page) -> list[str]:
    """What is seen through the window of DIN 5008, form B."""
    left, right = 20 * MILLIMETRE, 105 * MILLIMETRE
    top, bottom = TOP - 45 * MILLIMETRE, TOP - 90 * MILLIMETRE
    return [each.text for each in page.lines if left < each.x < right and bottom < each.y < top]


def test_a_letter_says_all_that_is_needed_on_one_page(faces: tuple[Face, Face]) -> None:
    found = printed(faces, WORDS, LETTER)
    [page] = found.pages
    for told in (WORDS.sender, WORDS.title, *WORDS.guidance, LETTER.code, "1234"):
        assert told in page.text
    assert "https://vote.example/v" in page.text
    assert LETTER.link not in page.text


def test_only_name_and_address_are_seen_from_outside(faces: tuple[Face, Face]) -> None:
    [page] = printed(faces, WORDS, LETTER).pages
    assert in_window(page) == [LETTER.address, "김한표 귀하"]


def test_each_has_a_page_with_its_own_code(faces: tuple[Face, Face]) -> None:
    others = [
        replace(LETTER, voter=each, link=f"https://vote.example/v#{each}") for each in range(3)
    ]
    pages = printed(faces, WORDS, *others).pages
    assert len(pages) == len(others)
    for page, letter in zip(pages, others, strict=True):
        matrix = segno.make(letter.link, error="m", micro=False).matrix_iter(border=4)
        drawn = {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
        assert page.modules == drawn


def test_the_widest_code_stands_on_one_line(faces: tuple[Face, Face]) -> None:
    letter = replace(LETTER, code="WWWW-WWWW-WWWW-WWWW-WW")
    [page] = printed(faces, WORDS, letter).pages
    [line] = [each for each in page.lines if each.text == letter.code]
    place = {each.text: each for each in printed(faces, WORDS, LETTER).pages[0].lines}
    assert 11 < line.size < place[LETTER.code].size
    assert (line.x, line.y < place[WORDS.code].y) == (place[LETTER.code].x, True)


def test_what_an_election_does_not_take_is_not_on_the_letter(faces: tuple[Face, Face]) -> None:
    no_code, no_link = printed(
        faces, WORDS, replace(LETTER, code=""), replace(LETTER, link="")
    ).pages
    assert WORDS.code not in no_code.text
    assert no_code.modules
    assert LETTER.code in no_link.text
    assert not no_link.modules


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_leaves_its_place(faces: tuple[Face, Face], text: str) -> None:
    words = replace(WORDS, title=text, sender=text)
    [page] = printed(faces, words, replace(LETTER, name=text, address=text)).pages
    assert LETTER.code in page.text
    assert len(in_window(page)) <= 6
    for line in page.lines:
        assert 0 < line.y < TOP
        assert line.text.isprintable(), line
        face = faces[line.face == STRONG]
        assert line.x + face.stringWidth(line.text, line.size) <= RIGHT


def test_markup_is_text(faces: tuple[Face, Face]) -> None:
    [page] = printed(faces, WORDS, replace(LETTER, name="<b>김&lt;</b>")).pages
    assert in_window(page)[-1] == "<b>김&lt;</b> 귀하"


def test_whoever_has_no_name_is_not_called_by_number(faces: tuple[Face, Face]) -> None:
    [page] = printed(faces, WORDS, replace(LETTER, name="", address="")).pages
    assert in_window(page) == []


def test_what_no_face_has_is_a_box(faces: tuple[Face, Face]) -> None:
    [page] = printed(faces, WORDS, replace(LETTER, name="王小明 👩김한표")).pages
    assert in_window(page)[-1] == "□□□ □김한표 귀하"


@pytest.mark.parametrize(
    ("text", "boxes"),
    [("王小明 👩김한표王", "王小明👩"), ("김\u3000한\u200b표 ①㈜ﬁ\ufe0f\t", ""), ("김\ue000", "")],
)
def test_what_would_be_a_box_is_known_before(
    faces: tuple[Face, Face], text: str, boxes: str
) -> None:
    face = faces[1]
    assert lacking(text, face) == boxes
    assert set(readable(text, face)) & set(boxes) == set()
    assert ("□" in readable(text, face)) == bool(boxes)


def test_only_letters_that_were_used_are_in_the_file(faces: tuple[Face, Face]) -> None:
    found = printed(faces, WORDS, LETTER)
    assert set(found.fonts) == {"Pretendard-Regular", STRONG}
    assert all(len(data) < 50_000 for files in found.fonts.values() for data in files)


def test_more_syllables_than_one_font_in_a_file_holds(faces: tuple[Face, Face]) -> None:
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4, 11)]
    names = ["".join(syllables[at : at + 10]) for at in range(0, len(syllables), 10)]
    found = printed(faces, WORDS, *(replace(LETTER, name=each) for each in names))
    assert [in_window(page)[-1] for page in found.pages] == [f"{each} 귀하" for each in names]
    assert len(found.fonts[STRONG]) > 1


def test_the_file_says_nothing_about_whom_it_is_for_nor_when_it_was_made(
    faces: tuple[Face, Face],
) -> None:
    data = drawn(faces, WORDS, LETTER)
    information = read(data).information
    assert WORDS.heading.encode("utf-16-be").decode("latin-1") in information
    assert {each[:4] for each in re.findall(r"D:(\d+)", information)} == {"2000"}
    for told in (LETTER.name, LETTER.address, WORDS.title, WORDS.sender):
        assert told.encode("utf-16-be").decode("latin-1") not in information
    assert drawn(faces, WORDS, LETTER) == data


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried")
def test_two_at_once_do_not_disturb_each_other(faces: tuple[Face, Face]) -> None:
    composite = "".join(chr(code) for code in range(0xC0, 0x17F))
    letter = replace(LETTER, name=composite, address=composite)
    alone = drawn(faces, WORDS, letter)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(partial(drawn, faces, WORDS), [letter] * 40)) == {alone}


def test_a_test_election_says_so(faces: tuple[Face, Face]) -> None:
    said = "시험 투표입니다. 결과에 쓰이지 않습니다."
    [page] = printed(faces, replace(WORDS, test=said), LETTER).pages
    assert said in page.text
