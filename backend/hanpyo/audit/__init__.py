"""The independent check: from the chain alone, with no database and no server.

`audit(source, election)` reads everything at one block and recomputes it; the `Report` says, check
by check, what agrees and what does not. Sources are nodes (`LiveSource`) or an evidence file
(`BundleSource`), which `write_bundle` makes.
"""

from hanpyo.audit.auditor import audit, examine
from hanpyo.audit.bundle import BundleSource, write_bundle
from hanpyo.audit.errors import AuditError, BadBundle, UnknownElection
from hanpyo.audit.evidence import Evidence, Source
from hanpyo.audit.live import LiveSource
from hanpyo.audit.report import Check, Finding, ItemResult, Report, Status
from hanpyo.audit.summary import CHECKS

__all__ = [
    "CHECKS",
    "AuditError",
    "BadBundle",
    "BundleSource",
    "Check",
    "Evidence",
    "Finding",
    "ItemResult",
    "LiveSource",
    "Report",
    "Source",
    "Status",
    "UnknownElection",
    "audit",
    "examine",
    "write_bundle",
]
