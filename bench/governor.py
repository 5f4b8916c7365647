"""The peer of the gas benchmark: OpenZeppelin Governor's `castVoteBySig`, ERC20Votes token."""

from dataclasses import dataclass
from pathlib import Path

from eth_account import Account
from eth_account.messages import encode_typed_data

from bench.harness import compiled
from bench.harness.abi import Interface
from bench.harness.devchain import DevChain
from bench.harness.people import person

SOLIDITY = Path(__file__).resolve().parent / "solidity"
RUNS = 200
NAME = "OpenZeppelin Governor 5.7 castVoteBySig"
PROPOSE = "OpenZeppelin Governor 5.7 propose"
_TYPES = {
    "Ballot": [
        {"name": "proposalId", "type": "uint256"},
        {"name": "support", "type": "uint8"},
        {"name": "voter", "type": "address"},
        {"name": "nonce", "type": "uint256"},
    ]
}


@dataclass(frozen=True, slots=True)
class Governor:
    """Whole-transaction gas of a proposal, of its first vote, and of a later one."""

    propose: int
    first_vote: int
    later_vote: int


def measure(chain: DevChain) -> Governor:
    """Hold one vote of two token holders, both relayed by signature."""
    contracts = compiled.folder(SOLIDITY, runs=RUNS).contracts
    relay = person("relay").address
    token = chain.deploy(relay, contracts["PeerToken"].creation)
    argument = bytes(12) + token
    governor = chain.deploy(relay, contracts["PeerGovernor"].creation + argument)
    coin, house = (Interface(contracts[name].abi) for name in ("PeerToken", "PeerGovernor"))
    voters = [person("holder 1"), person("holder 2")]
    for voter in voters:
        chain.send(relay, token, coin.encode("mint", "0x" + voter.address.hex(), 10**18))
        chain.send(voter.address, token, coin.encode("delegate", "0x" + voter.address.hex()))
    proposal = ["0x" + token.hex()], [0], [coin.encode("totalSupply")], "1"
    proposed = chain.send(voters[0].address, governor, house.encode("propose", *proposal))
    number = int(house.event(proposed.logs[0].topics, proposed.logs[0].data)["proposalId"])
    for _ in range(3):
        chain.mine_at(chain.now + 1)
    domain = {
        "name": "Peer",
        "version": "1",
        "chainId": chain.rpc.chain_id(),
        "verifyingContract": "0x" + governor.hex(),
    }
    votes = []
    for voter in voters:
        address = "0x" + voter.address.hex()
        message = {"proposalId": number, "support": 1, "voter": address, "nonce": 0}
        signed = Account.sign_message(
            encode_typed_data(domain, _TYPES, message), private_key=voter.secret
        )
        data = house.encode("castVoteBySig", number, 1, address, bytes(signed.signature))
        votes.append(chain.send(relay, governor, data))
    if not all(each.succeeded for each in (proposed, *votes)):
        raise RuntimeError("the peer refused a vote")
    return Governor(proposed.gas_used, votes[0].gas_used, votes[1].gas_used)
