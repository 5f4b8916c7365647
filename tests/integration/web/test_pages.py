"""Pages over HTTP, without a browser: policy, integrity, failures, receipts, languages."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from hanpyo.built import STATIC, Assets
from hanpyo.protocol.receipts import short_code
from hanpyo.protocol.types import Digest
from tests.service.callers import Installation, installation

TAG = re.compile(r'<(?:script|link)[^>]+(?:src|href)="/static/([^"]+)" integrity="sha384-([^"]+)"')
INLINE = re.compile(r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")|\son\w+=|style=')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation("sqlite", tmp_path_factory.mktemp("pages")) as found:
        yield found


def fetched(client: FlaskClient, name: str, **headers: str) -> Response:
    """A built file, read to its end and closed."""
    with client.get(f"/static/{name}", headers=headers) as answer:
        answer.get_data()
        return answer


@pytest.fixture
def client(made: Installation) -> FlaskClient:
    return made.app.test_client(use_cookies=False)


@pytest.fixture
def pages(made: Installation) -> list[str]:
    election = made.election.id
    return ["/v", f"/vote/{election}", f"/check/{election}", "/check", "/nowhere"]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_page_is_held_to_its_policy(client: FlaskClient, pages: list[str], lang: str) -> None:
    for path in pages:
        answer = client.get(f"{path}?lang={lang}", headers={"Accept": "text/html"})
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert policy.endswith("connect-src 'self'")
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'<html lang="{lang}"' in answer.text
        assert not INLINE.search(answer.text), path


def test_every_script_and_style_carries_the_hash_of_its_file(
    client: FlaskClient, pages: list[str]
) -> None:
    for path in pages:
        text = client.get(path, headers={"Accept": "text/html"}).text
        tags = TAG.findall(text)
        assert len(tags) == len(re.findall(r'(?:src|href)="/static/', text)) >= 2
        for name, integrity in tags:
            data = (STATIC / name).read_bytes()
            assert base64.b64encode(hashlib.sha384(data).digest()).decode() == integrity
            served = fetched(client, name)
            assert served.data == data
            assert "immutable" in served.headers["Cache-Control"]


def test_files_are_sent_packed_to_whoever_takes_them(client: FlaskClient) -> None:
    name = Assets().get("voter.js").file
    packed = fetched(client, name, **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"].startswith("text/javascript")
    assert len(packed.data) < len(fetched(client, name).data) / 2


@pytest.mark.parametrize("path", ["../web/app.py", "%2e%2e/app.py", "nothing.js", "fonts-1.3.9/"])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_drafts_and_strangers_elections_have_no_page(
    made: Installation, client: FlaskClient
) -> None:
    for election in (made.draft, "f" * 32, "x"):
        for path in (f"/vote/{election}", f"/check/{election}"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert "찾는 화면이 없습니다" in answer.text


def test_failures_of_the_api_stay_problems(client: FlaskClient) -> None:
    for path in ("/v1/nowhere", "/v1/elections/x", "/rpc"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.content_type == "application/problem+json"


def test_a_receipt_is_found_however_it_is_typed(made: Installation, client: FlaskClient) -> None:
    acts = client.get(f"/v1/elections/{made.election.id}/acts?voter=0").get_json()["acts"]
    code = short_code(Digest(bytes.fromhex(acts[-1]["payload"]["digest"][2:])))
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        text = client.get(f"/check/{made.election.id}", query_string={"code": typed}).text
        assert "기록되었고 유효한 표입니다" in text
        assert acts[-1]["transaction"] in text


@pytest.mark.parametrize("code", ["0000-0000-0000-0000", "짧음", '"><script>x</script>', "0" * 500])
def test_a_receipt_of_nothing_says_so(made: Installation, client: FlaskClient, code: str) -> None:
    text = client.get(f"/check/{made.election.id}", query_string={"code": code}).text
    assert "이 확인증의 표가 없습니다" in text
    assert "<script>x" not in text
    assert code in unescape(text)
