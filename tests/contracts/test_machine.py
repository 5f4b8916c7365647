"""Any acts in any order: the chain does what the reference model says, and counts what is live.

After every step slots, liveness, turnout and batch records agree; at the end the tally of every
stratum is the sum of the live openings. No batch that is well formed reverts, and a bad act in it
changes nothing for its neighbours.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from bench.harness.system import System
from tests.contracts.machine import make_machine

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


@pytest.mark.xdist_group("machine")
def test_chain_and_model_hold_the_same_election(system: System) -> None:
    run_state_machine_as_test(
        make_machine(system),
        settings=settings(
            max_examples=400 if DEEP else 50,
            stateful_step_count=30 if DEEP else 12,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            deadline=None,
            derandomize=True,
            print_blob=True,
        ),
    )
