"""The names of our cookies: under https such that no other host of the domain can plant one."""

from urllib.parse import urlsplit


def is_https(public_url: str) -> bool:
    """Whether browsers reach the service over TLS."""
    return urlsplit(public_url).scheme == "https"


def cookie_name(name: str, public_url: str) -> str:
    """The name under which a browser keeps the cookie; `__Host-` wants Secure and the path `/`."""
    return f"__Host-{name}" if is_https(public_url) else name
