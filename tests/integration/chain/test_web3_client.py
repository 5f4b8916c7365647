import pytest

from hanpyo.chain.errors import InvalidNodeUrl
from hanpyo.chain.node import EmbeddedNode
from hanpyo.chain.web3_client import connect


def test_web3_speaks_to_the_node(node: EmbeddedNode) -> None:
    assert connect(node.url).eth.chain_id == node.chain_id


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "file:///tmp/ipc", "http://a:b@host"])
def test_only_plain_http_and_https_urls_are_taken(url: str) -> None:
    with pytest.raises(InvalidNodeUrl):
        connect(url)
