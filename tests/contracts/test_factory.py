"""Elections come from the factory as clones that end with their manifest."""

import pytest

from bench.harness.abi import Event
from bench.harness.people import person
from bench.harness.plan import Plan
from bench.harness.system import System
from bench.harness.trial import Trial
from hanpyo.protocol.clone import clone_code, election_address
from tests.contracts.expect import reverts

STRANGER = person("stranger").address


def _create(system: System, manifest: bytes, sender: bytes, nonce: int = 0) -> None:
    data = system.interface.encode("createElection", manifest, nonce)
    system.transact(sender, system.factory, data)


def test_an_election_stands_where_the_factory_and_python_foretell(system: System) -> None:
    plan = Plan()
    manifest = plan.manifest.encode()
    foretold = system.read(system.factory, "addressOf", manifest, 7)
    trial = Trial.create(system, plan, 7)
    organiser = plan.organiser.address
    computed = election_address(system.factory, system.implementation, manifest, organiser, 7)
    assert "0x" + trial.address.hex() == foretold
    assert trial.address == computed


def test_the_code_of_an_election_is_the_proxy_and_its_manifest(system: System) -> None:
    trial = Trial.create(system, Plan())
    code = system.chain.rpc.code("0x" + trial.address.hex())
    assert code == clone_code(system.implementation, trial.plan.manifest.encode())
    assert trial.read("manifest") == trial.plan.manifest.encode()


def test_creation_is_announced_with_organiser_hash_and_nonce(system: System) -> None:
    trial = Trial.create(system, Plan(), 3)
    (event,) = system.events(trial.created)
    assert event == Event(
        "ElectionCreated",
        {
            "election": "0x" + trial.address.hex(),
            "organiser": "0x" + trial.plan.organiser.address.hex(),
            "manifestHash": trial.domain.manifest_hash,
            "nonce": 3,
        },
    )


def test_contract_and_python_bind_signatures_to_the_same_domain(system: System) -> None:
    trial = Trial.create(system, Plan())
    assert trial.read("manifestHash") == trial.domain.manifest_hash
    assert trial.read("domainSeparator") == trial.domain.separator
    assert trial.read("system") == system.hash


def test_only_the_organiser_named_in_the_manifest_creates(system: System) -> None:
    named = "0x" + Plan().organiser.address.hex()
    sender = "0x" + STRANGER.hex()
    with reverts("FactoryOrganiserMismatch", named=named, sender=sender):
        _create(system, Plan().manifest.encode(), STRANGER)


@pytest.mark.parametrize("length", [0, 152, 171])
def test_a_manifest_too_short_to_name_an_organiser_is_refused(system: System, length: int) -> None:
    with reverts("FactoryOrganiserMismatch", named="0x" + "00" * 20):
        _create(system, Plan().manifest.encode()[:length], Plan().organiser.address)


def test_a_nonce_makes_one_election_of_a_manifest(system: System) -> None:
    trial = Trial.create(system, Plan())
    with reverts("FailedDeployment"):
        _create(system, trial.plan.manifest.encode(), trial.plan.organiser.address)


def test_another_nonce_makes_another_election(system: System) -> None:
    assert Trial.create(system, Plan(), 0).address != Trial.create(system, Plan(), 1).address


def test_an_election_is_initialised_once(system: System) -> None:
    trial = Trial.create(system, Plan())
    with reverts("ElectionAlreadyInitialised"):
        trial.organise("initialise")


def test_the_implementation_is_locked(system: System) -> None:
    with reverts("ElectionAlreadyInitialised"):
        data = system.interface.encode("initialise")
        system.transact(STRANGER, system.implementation, data)


def test_the_implementation_and_its_modules_are_fixed(system: System) -> None:
    trial = Trial.create(system, Plan())
    expected = [system.implementation, *system.modules]
    assert trial.read("modules") == tuple("0x" + each.hex() for each in expected)
    assert system.read(system.factory, "implementation") == "0x" + system.implementation.hex()
