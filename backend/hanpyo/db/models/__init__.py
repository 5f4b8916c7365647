"""Every table, so that one import knows the whole schema."""

from hanpyo.db.models.audit_log import AuditEntry, AuditHead
from hanpyo.db.models.chain import ChainHead, Installation, Lease
from hanpyo.db.models.elections import Election, ElectionState
from hanpyo.db.models.identity import (
    AccessCode,
    Appearance,
    Challenge,
    KeyBinding,
    MemberSession,
    Notice,
    NoticeCursor,
    Passkey,
    Rebind,
)
from hanpyo.db.models.index import (
    Act,
    Block,
    Cursor,
    IndexAlarm,
    LogEntry,
    Progress,
    Rewind,
    Skip,
    TallyCell,
    TurnoutCell,
    TurnoutHour,
    VoterState,
)
from hanpyo.db.models.limits import RateCounter
from hanpyo.db.models.operation import TaskFault
from hanpyo.db.models.organisations import Organisation
from hanpyo.db.models.registrar import (
    RegistrarCode,
    RegistrarContact,
    RegistrarElection,
    RegistrarKey,
    RegistrarNotice,
    RegistrarRefusal,
    RegistrarSignature,
)
from hanpyo.db.models.relay import (
    Attempt,
    Ballot,
    BallotState,
    Batch,
    BatchState,
    RelayAccount,
    Spend,
)
from hanpyo.db.models.roll import Member, MemberLookup, RollPreview
from hanpyo.db.models.staff import (
    Role,
    Staff,
    StaffInvitation,
    StaffPasskey,
    StaffRole,
    StaffSession,
)
from hanpyo.db.models.webhooks import Webhook, WebhookDelivery, WebhookMark
from hanpyo.db.types import Base

__all__ = [
    "AccessCode",
    "Act",
    "Appearance",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "Ballot",
    "BallotState",
    "Base",
    "Batch",
    "BatchState",
    "Block",
    "ChainHead",
    "Challenge",
    "Cursor",
    "Election",
    "ElectionState",
    "IndexAlarm",
    "Installation",
    "KeyBinding",
    "Lease",
    "LogEntry",
    "Member",
    "MemberLookup",
    "MemberSession",
    "Notice",
    "NoticeCursor",
    "Organisation",
    "Passkey",
    "Progress",
    "RateCounter",
    "Rebind",
    "RegistrarCode",
    "RegistrarContact",
    "RegistrarElection",
    "RegistrarKey",
    "RegistrarNotice",
    "RegistrarRefusal",
    "RegistrarSignature",
    "RelayAccount",
    "Rewind",
    "Role",
    "RollPreview",
    "Skip",
    "Spend",
    "Staff",
    "StaffInvitation",
    "StaffPasskey",
    "StaffRole",
    "StaffSession",
    "TallyCell",
    "TaskFault",
    "TurnoutCell",
    "TurnoutHour",
    "VoterState",
    "Webhook",
    "WebhookDelivery",
    "WebhookMark",
]
