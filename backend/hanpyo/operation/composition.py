"""Which background work an installation does, put together from its runtime."""

from collections.abc import Sequence

from hanpyo.config import ConfigError
from hanpyo.elections.catalogue import Catalogue
from hanpyo.elections.closing import Closer
from hanpyo.elections.publishing import Publisher
from hanpyo.identity.background import identity_tasks
from hanpyo.identity.staff.housekeeping import Housekeeping
from hanpyo.indexer.follower import Follower
from hanpyo.operation.faults import Faults
from hanpyo.registrar.opening import open_registrars
from hanpyo.relay.keys import open_keys
from hanpyo.relay.service import Relay
from hanpyo.runtime import Runtime
from hanpyo.tasks import Task, TaskRunner
from hanpyo.webhooks.delivering import Delivering


def tasks_of(runtime: Runtime) -> Sequence[Task]:
    """Every task, each of which one process does at a time.

    Raises `ConfigError`, `KeystoreError` and what the chain raises.
    """
    catalogue = Catalogue(runtime.database)
    keys = open_keys(runtime.settings.relay)
    if not keys:
        raise ConfigError("relay.keystores: name the account that sends, or relay.signer_url")
    relay = Relay(runtime, keys, catalogue)
    organiser = relay.accounts[0]
    return (
        Follower(runtime, catalogue),
        *relay.tasks(open_registrars(runtime)),
        Publisher(runtime, organiser),
        Closer(runtime, organiser),
        *identity_tasks(runtime),
        Delivering(runtime),
        Housekeeping(runtime.database, runtime.clock),
    )


def runner_of(runtime: Runtime) -> TaskRunner:
    """Every task, ready to start."""
    outcomes = Faults(runtime.database, runtime.clock)
    return TaskRunner(runtime.leases, tasks_of(runtime), outcomes)
