"""An election whose every text is hostile, voted in and read, for whoever looks from outside."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final

from apiflask import APIFlask
from flask.testing import FlaskClient

from hanpyo.protocol.types import Secrecy
from hanpyo.web.app import create_app
from tests.integration.indexer.following import Following
from tests.service.scene import YES, Scene

EVIL: Final = "\"'><script>window.hit=1</script><img src=x onerror=hit()>{{7*7}}{%raw%}"
MARKDOWN: Final = "[눌러](javascript:hit()) ![](https://evil.example/x.png) <b>굵게</b>"
TEXT: Final[dict[str, Any]] = {
    "title": EVIL,
    "organisation": EVIL,
    "groups": [EVIL, {"ko": [EVIL]}],
    "items": [
        {
            "title": EVIL,
            "description": EVIL + MARKDOWN,
            "options": [EVIL + "1", MARKDOWN],
            "counting": {"method": EVIL, "budget": EVIL},
            "documents": [
                {"title": EVIL, "url": "https://docs.example/?q=" + EVIL},
                {"title": "나쁜 주소", "url": "javascript:hit()"},
            ],
        }
    ],
}


@dataclass(frozen=True)
class Observed:
    """The election, and the service that shows it."""

    place: Scene
    following: Following
    app: APIFlask

    @property
    def id(self) -> str:
        return self.following.election.id

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)

    def transactions(self) -> list[str]:
        """The transactions of the election's events, in order, each once."""
        answer = self.client.get(f"/v1/elections/{self.id}/events?limit=200")
        return list(dict.fromkeys(each["transaction"] for each in answer.get_json()["events"]))


def observed(place: Scene) -> Observed:
    """Five of eight have voted."""
    following = Following(place, place.publish(8, Secrecy.OPEN, text=TEXT))
    following.cast(YES, range(5))
    following.follow()
    return Observed(place, following, create_app(place.runtime))


class _Markup(HTMLParser):
    """Notes every element and attribute that no page of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        inline = tag == "script" and "src" not in given and given.get("class") != "texts"
        if inline or tag in ("img", "iframe", "b", "base", "object"):
            self.found.append(tag)
        for name, value in attrs:
            leads = name in ("href", "src", "action") and (value or "").startswith("javascript:")
            if name.startswith("on") or name == "style" or leads:
                self.found.append(f"{tag} {name}={value}")


def foreign_markup(text: str) -> list[str]:
    """Elements and attributes of a page that only somebody's text can have brought in."""
    parser = _Markup()
    parser.feed(text)
    return parser.found
