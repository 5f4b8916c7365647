"""Names of cookies: no other host of the domain may plant one."""

import pytest

from hanpyo.web.cookies import cookie_name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://vote.example", "__Host-hanpyo"),
        ("HTTPS://vote.example", "__Host-hanpyo"),
        ("http://localhost:8080", "hanpyo"),
    ],
)
def test_under_https_a_cookie_is_the_hosts_own(url: str, name: str) -> None:
    assert cookie_name("hanpyo", url) == name
