"""The worker's part in the identity of members; it proves nobody, so it loads no method."""

from hanpyo.identity.cleaning import Cleaning
from hanpyo.identity.notices.acts import ActNotices
from hanpyo.identity.notices.mail import Mail
from hanpyo.identity.notices.sender import NoticeSender
from hanpyo.identity.notices.sms import Sms
from hanpyo.runtime import Runtime
from hanpyo.tasks import Task


def identity_tasks(runtime: Runtime) -> tuple[Task, ...]:
    """Its tasks: sending mail, sending text messages, telling of acts, cleaning."""
    database, vault, clock = runtime.database, runtime.vault, runtime.clock
    channels = (Mail(runtime.settings.mail), Sms(runtime.settings.sms))
    return (
        *(NoticeSender(database, vault, channel, clock) for channel in channels),
        ActNotices(database, vault, clock),
        Cleaning(database, clock),
    )
