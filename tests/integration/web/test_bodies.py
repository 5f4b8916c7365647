"""Bodies that no route takes: broken, ambiguous, too large, folded up, of another type; and texts
that look like something else.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask.testing import FlaskClient

from tests.service.callers import Installation, installation

JSON: Final = "application/json"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MALFORMED: Final[dict[str, bytes]] = {
    "empty": b"",
    "cut off": b'{"a": 1',
    "key twice": b'{"a": 1, "a": 2}',
    "key twice below": b'{"a": {"b": 1, "b": 1}}',
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "deep list": b"[" * 40 + b"]" * 40,
    "deep object": b'{"a":' * 40 + b"1" + b"}" * 40,
    "very deep": b"[" * 60_000,
    "huge number": b'{"a": ' + b"9" * 5_000 + b"}",
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "NUL": b'{"a": "\\u0000"}',
    "control character": b'{"a": "\x01"}',
    "comment": b'{"a": 1} // no',
    "two documents": b'{"a": 1}{"a": 1}',
    "list": b"[]",
    "text": b'"a"',
    "number": b"1",
    "null": b"null",
}
OTHER_TYPES: Final = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-patch+json",
    "text/html",
    None,
)
HIDDEN: Final = {
    "right to left": "총회\u202e회총",
    "isolate": "총회\u2066",
    "zero width": "총\u200b회",
    "joiner": "총\u2060회",
    "line": "총회\r\nBcc: evil@example.org",
    "escape": "총회\x1b[31m",
    "tag": "총회\U000e0041",
    "only spaces": "\u3000 \u3000",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation("sqlite", tmp_path_factory.mktemp("bodies")) as found:
        yield found


@pytest.fixture(scope="module")
def client(made: Installation) -> FlaskClient:
    return made.app.test_client(use_cookies=False)


@pytest.fixture(scope="module")
def organiser(made: Installation) -> dict[str, str]:
    return made.headers("organiser")


@pytest.fixture(scope="module")
def routes(made: Installation, client: FlaskClient) -> list[tuple[str, str, dict[str, str]]]:
    """Method, path and session of everything that takes JSON."""
    document = client.get("/v1/openapi.json").get_json()
    sessions = {
        "staffSession": made.headers("organiser"),
        "memberSession": made.headers("member"),
    }
    ids = {"organisation_id": made.organisation, "election_id": made.draft}
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if JSON not in operation.get("requestBody", {}).get("content", {}):
                continue
            named = {each["name"]: "f" * 32 for each in operation.get("parameters", ())} | ids
            scheme = next(iter(operation.get("security", [{}])[0]), "")
            found.append((method.upper(), path.format(**named), sessions.get(scheme, {})))
    assert len(found) > 30
    return found


def refused(answer: Any, status: int, where: object) -> None:
    assert answer.status_code == status, (where, answer.status_code, answer.text[:300])
    assert answer.mimetype == "application/problem+json", where
    assert answer.get_json(force=True)["status"] == status
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", MALFORMED)
def test_what_has_not_one_meaning_is_400_everywhere(
    client: FlaskClient, routes: list[tuple[str, str, dict[str, str]]], name: str
) -> None:
    for method, path, headers in routes:
        answer = client.open(
            path, method=method, data=MALFORMED[name], content_type=JSON, headers=headers
        )
        refused(answer, 400, (name, method, path))


@pytest.mark.parametrize("kind", OTHER_TYPES)
def test_another_content_type_is_415_everywhere(
    client: FlaskClient, routes: list[tuple[str, str, dict[str, str]]], kind: str | None
) -> None:
    for method, path, headers in routes:
        answer = client.open(path, method=method, data=b"{}", content_type=kind, headers=headers)
        refused(answer, 415, (kind, method, path))


def test_a_body_that_unfolds_is_415_everywhere(
    client: FlaskClient, routes: list[tuple[str, str, dict[str, str]]]
) -> None:
    bomb = gzip.compress(b'{"a":"' + b"a" * 10_000_000 + b'"}')
    for encoding in ("gzip", "deflate", "br", "x-gzip, identity"):
        for method, path, headers in routes:
            answer = client.open(
                path,
                method=method,
                data=bomb,
                content_type=JSON,
                headers=headers | {"Content-Encoding": encoding},
            )
            refused(answer, 415, (encoding, method, path))


def test_a_body_over_the_limit_is_413_everywhere(
    made: Installation, client: FlaskClient, routes: list[tuple[str, str, dict[str, str]]]
) -> None:
    web = made.runtime.settings.web
    for method, path, headers in routes:
        most = web.max_upload if path.endswith(("/draft", "/elections")) else web.max_body
        body = b'{"a":"' + b"a" * most + b'"}'
        answer = client.open(path, method=method, data=body, content_type=JSON, headers=headers)
        refused(answer, 413, (method, path))


@pytest.mark.parametrize("trick", HIDDEN)
def test_a_name_is_what_it_looks_like(
    made: Installation, client: FlaskClient, organiser: dict[str, str], trick: str
) -> None:
    text, operator = HIDDEN[trick], made.headers("operator")
    organisation = f"/v1/organisations/{made.organisation}"
    definition = {"items": [{"title": "안건", "options": ["찬성", "반대"]}]}
    tries: list[tuple[str, Any, dict[str, str]]] = [
        ("/v1/organisations", {"name": text}, operator),
        (
            f"{organisation}/invitations",
            {"name": text, "mail": "kim@example.org", "role": "clerk"},
            organiser,
        ),
        (f"{organisation}/elections", {"definition": definition | {"title": text}}, organiser),
        (
            f"{organisation}/elections",
            {
                "definition": {
                    "title": "총회",
                    "items": [{"title": "안건", "options": ["찬성", text]}],
                }
            },
            organiser,
        ),
    ]
    for path, body, headers in tries:
        refused(client.post(path, json=body, headers=headers), 422, (trick, path))


def test_a_text_has_an_end(
    made: Installation, client: FlaskClient, organiser: dict[str, str]
) -> None:
    path = f"/v1/organisations/{made.organisation}/elections"
    for definition in (
        {"title": "가" * 90_000},
        {"title": "총회", "items": [{"title": "안건", "options": ["가" * 90_000, "반대"]}]},
        {"title": "총회", "items": [{"title": "안건", "options": ["가"] * 20_000}]},
    ):
        answer = client.post(path, json={"definition": definition}, headers=organiser)
        refused(answer, 422, len(str(definition)))


def test_a_workbook_that_unfolds_is_refused_soon(
    made: Installation, client: FlaskClient, organiser: dict[str, str]
) -> None:
    path = f"/v1/elections/{made.draft}/roll"
    for name, size in (("xl/worksheets/sheet1.xml", 200_000_000), ("xl/sharedStrings.xml", 1)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr(
                "xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><workbook>&a;</workbook>'
            )
            archive.writestr(name, b" " * size)
        assert len(file.getvalue()) < 300_000
        answer = client.post(path, data=file.getvalue(), content_type=XLSX, headers=organiser)
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["previewId"] is None
        assert answer.get_json()["errors"]
