import pytest

from hanpyo.identity.notices.templates import TEMPLATES, one_line, render

PARAMETERS = {
    "title": "마을 총회",
    "voter": "17",
    "code": "123456",
    "minutes": "10",
    "link": "https://vote.example/v#token",
}
_SMS_BYTES = 2_000  # LMS; what is longer than 90 bytes of EUC-KR goes as one


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_text_is_korean_first_and_english_below(template: str) -> None:
    text = render(template, PARAMETERS)
    korean = next(at for at, each in enumerate(text.body) if "가" <= each <= "힣")
    english = text.body.index("ou")
    assert korean < english
    assert "{" not in text.subject + text.body + text.short
    assert len(text.short.encode("euc-kr")) < _SMS_BYTES


@pytest.mark.parametrize("template", sorted(TEMPLATES - {"code"}))
def test_every_text_about_a_vote_names_the_voter_number(template: str) -> None:
    text = render(template, PARAMETERS)
    assert "17" in text.body
    assert "17" in text.short


def test_a_code_stands_in_its_message_and_no_voter_number() -> None:
    text = render("code", PARAMETERS)
    assert "123456" in text.body
    assert "17" not in text.body


@pytest.mark.parametrize(
    ("given", "plain"),
    [("a\r\nb", "a b"), ("a\0\u2028b", "a b"), ("  a  ", "a"), ("한 표", "한 표")],
)
def test_a_parameter_stays_on_its_line(given: str, plain: str) -> None:
    assert one_line(given) == plain


def test_braces_in_a_title_are_text() -> None:
    assert "{code}" in render("key_bound", PARAMETERS | {"title": "{code}"}).subject
