"""What Ape makes is held against the artifacts, but for the hash of metadata at its end."""

from typing import Any

from scripts.deep.ape_compilation import differing

ARTIFACT = {"contractName": "Urn", "deployedBytecode": "0x6001" + "a2a2" + "0002"}


def made(code: str) -> dict[str, Any]:
    return {"Urn": {"runtimeBytecode": {"bytecode": code}}}


def test_the_hash_of_metadata_may_differ() -> None:
    assert differing(made("0x6001" + "b3b3" + "0002"), [ARTIFACT]) == []


def test_other_code_and_none_are_named() -> None:
    assert differing(made("0x6002" + "a2a2" + "0002"), [ARTIFACT]) == ["Urn"]
    assert differing({}, [ARTIFACT]) == ["Urn"]
