import pytest

from hanpyo.identity.outbound import OutboundFailed, UnsafeUrl, client, fetch_json, require_safe


@pytest.mark.parametrize(
    "url", ["https://id.example.org/x?y=1", "http://127.0.0.1:8080/x", "http://localhost/x"]
)
def test_https_and_this_machine_are_safe(url: str) -> None:
    assert require_safe(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/",
        "ftp://id.example.org/",
        "file:///etc/passwd",
        "https:///x",
        "https://a:b@id.example.org/",
        "https://id.example.org/#x",
        "//id.example.org/",
        "",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/",
    ],
)
def test_other_urls_are_not(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        require_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/keys",
        "https://10.1.2.3/keys",
        "https://169.254.169.254/latest",
        "https://[::1]/keys",
        "https://[fd00::1]/keys",
        "https://0.0.0.0/keys",
    ],
)
def test_an_answer_of_the_public_network_leads_into_no_private_one(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        require_safe(url, within="https://8.8.8.8")
    assert require_safe(url, within="https://10.0.0.1") == url


def test_an_unreachable_place_has_a_name() -> None:
    with client(0.5) as http, pytest.raises(OutboundFailed) as caught:
        fetch_json(http, "GET", "http://127.0.0.1:1/")
    assert caught.value.reason == "unreachable"
