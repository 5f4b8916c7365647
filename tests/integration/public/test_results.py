"""A sealed election from the desk's close to its certificate, as the public sees it."""

from flask.testing import FlaskClient

from hanpyo.elections import lifecycle
from hanpyo.elections.record import read_record
from tests.integration.indexer.following import Following
from tests.service.scene import NO


def test_results_come_with_their_denominators(
    client: FlaskClient, sealed_election: Following
) -> None:
    scene, contract = sealed_election.scene, sealed_election.contract
    times = sealed_election.election.manifest.timetable
    path = f"/v1/elections/{sealed_election.election.id}"
    sealed_election.cast(NO, [2], revision=1)
    scene.controls.advance_to(times.opening_at)
    sealed_election.follow()
    assert client.get(f"{path}/results").get_json()["code"] == "tally_sealed"
    trustee = scene.officials.trustee
    assert trustee is not None
    lifecycle.settle_all(scene.organiser, contract, read_record(contract))
    scene.organiser.transact(contract.release_key(trustee.secret))
    lifecycle.open_all(scene.organiser, contract, read_record(contract))
    sealed_election.follow()
    opened = client.get(f"{path}/tally").get_json()
    assert (opened["final"], [each["heads"] for each in opened["items"][0]["options"]]) == (
        False,
        [0, 2, 1, 0],
    )
    scene.controls.advance_to(times.certify_at)
    scene.organiser.transact(contract.certify())
    sealed_election.follow()
    told = client.get(f"{path}/results").get_json()
    (item,) = told["items"]
    assert told["outcomeFinal"] is True
    assert item["eligible"] == {"heads": 10, "weight": "10"}
    assert item["present"] == {"heads": 3, "weight": "3"}
    assert [each["heads"] for each in item["options"]] == [0, 2, 1, 0]
    assert client.get(path).get_json()["phase"] == "certified"
    assert client.get(f"{path}/tally").get_json()["final"] is True
    followed = sealed_election.rows()
    assert sealed_election.rebuilt() == followed
