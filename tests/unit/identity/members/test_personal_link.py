from hanpyo.identity.codes import new_link_token
from hanpyo.identity.methods.personal_link import link_url, qr_png, qr_svg


def test_the_token_stands_in_the_fragment() -> None:
    token = new_link_token()
    assert link_url("https://vote.example/", token) == f"https://vote.example/v#{token}"


def test_qr_codes_are_pictures_without_script_or_style() -> None:
    url = link_url("https://vote.example", new_link_token())
    svg = qr_svg(url)
    assert svg.startswith(b"<svg ")
    assert b"script" not in svg
    assert b"style" not in svg
    assert b"class" not in svg
    assert qr_png(url).startswith(b"\x89PNG")
