"""How much is simulated, signed and under way at once, and what becomes of it when that fails."""

from collections.abc import Sequence

from sqlalchemy import update

from hanpyo.chain.fees import GWEI
from hanpyo.db.models import Ballot
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.types import Secrecy
from tests.service.relaying import Works, ballot_of
from tests.service.scene import YES, Scene, voter

MOST_UNDER_WAY = 32


def take(works: Works, voters: int) -> PublishedElection:
    """An election with a ballot of each voter in the queue."""
    election = works.scene.publish(voters, Secrecy.OPEN)
    for number in range(voters):
        given = ballot_of(works.scene, election, voter(number), YES)
        works.relay.intake.submit(election.id, given)
    return election


def send_singly(works: Works, election: PublishedElection) -> None:
    """Let each ballot have a batch of its own, as if it had failed with others before."""
    works.scene.runtime.database.transact(
        lambda session: session.execute(
            update(Ballot).where(Ballot.election_id == election.id).values(tries=1)
        )
    )


def test_what_has_waited_is_simulated_again_before_it_is_paid_for(shared: Scene) -> None:
    """The chain goes on while a batch is simulated, and then the election breaks."""
    rpc = shared.node.rpc

    class Slow:
        asked = 0

        def sign_list(self, election: PublishedElection, _: Sequence[Credential]) -> None:
            self.asked += 1
            if self.asked == 1:
                shared.controls.mine(3)
            else:
                rpc.call("anvil_setCode", election.address, "0x5f5ffd")  # revert

    slow = Slow()
    works = Works(shared, registrars=slow)
    election = take(works, 2)
    code = rpc.code(election.address)
    works.do(works.sending[0])
    rpc.call("anvil_setCode", election.address, "0x" + code.hex())
    assert slow.asked == 2
    assert works.batches(election) == []
    assert set(works.states(election).values()) == {"queued"}
    after = Works(shared)
    after.run(60)
    assert len(works.acts(election)) == 2


def test_a_bound_on_what_is_under_way_holds_until_a_block_makes_room(works: Works) -> None:
    election = take(works, MOST_UNDER_WAY + 3)
    send_singly(works, election)
    controls, rpc, address = works.scene.controls, works.scene.node.rpc, works.keys[0].address
    controls.set_automine(False)
    mined = rpc.nonce(address)
    for _ in range(3):
        works.do(works.sending[0])
        assert rpc.nonce(address, "pending") - mined == MOST_UNDER_WAY
    controls.mine()
    works.do(works.sending[0])
    assert rpc.nonce(address, "pending") - mined == MOST_UNDER_WAY + 3
    controls.set_automine(True)
    works.run()
    assert len(works.acts(election)) == MOST_UNDER_WAY + 3


def test_what_cannot_be_signed_is_free_again_with_all_that_was_made_ready(works: Works) -> None:
    election = take(works, 9)
    send_singly(works, election)
    controls = works.scene.controls
    controls.set_automine(False)
    controls.set_next_base_fee(600 * GWEI)
    controls.mine()
    controls.set_next_base_fee(600 * GWEI)
    works.do(works.sending[0])
    assert works.batches(election) == []
    assert set(works.states(election).values()) == {"queued"}
    controls.set_next_base_fee(1 * GWEI)
    controls.mine()
    controls.set_next_base_fee(1 * GWEI)
    controls.set_automine(True)
    works.run()
    assert len(works.acts(election)) == 9
