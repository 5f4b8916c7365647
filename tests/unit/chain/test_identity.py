from pathlib import Path

import pytest

from hanpyo.chain.errors import ChainError, WrongChain
from hanpyo.chain.identity import NodeIdentity, draw_chain_id, identity_path


def test_an_identity_is_kept_beside_the_state_and_private(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    drawn = NodeIdentity.draw(None, 2)
    drawn.save(state)
    assert identity_path(state).stat().st_mode & 0o777 == 0o600
    loaded = NodeIdentity.load(state, drawn.chain_id)
    assert loaded.chain_id == drawn.chain_id
    assert [a.address for a in loaded.accounts] == [a.address for a in drawn.accounts]


def test_every_identity_is_another() -> None:
    first, second = NodeIdentity.draw(None, 1), NodeIdentity.draw(None, 1)
    assert first.chain_id != second.chain_id
    assert first.accounts[0].address != second.accounts[0].address


def test_chain_ids_fit_browser_wallets() -> None:
    assert all(2**49 <= draw_chain_id() <= 4_503_599_627_370_476 for _ in range(1_000))


def test_a_state_of_another_chain_is_refused(tmp_path: Path) -> None:
    NodeIdentity.draw(7, 1).save(tmp_path / "state")
    with pytest.raises(WrongChain):
        NodeIdentity.load(tmp_path / "state", 8)


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"chain_id":1,"keys":["0x1"]}'])
def test_a_lost_or_damaged_identity_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        identity_path(tmp_path / "state").write_bytes(content)
    with pytest.raises(ChainError, match="cannot be read"):
        NodeIdentity.load(tmp_path / "state", None)


def test_an_identity_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ChainError, match="cannot be written"):
        NodeIdentity.draw(None, 1).save(tmp_path / "missing" / "state")
