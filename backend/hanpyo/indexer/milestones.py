"""What happens once to an election, noted in its progress from the log's rows."""

from typing import Any, Final

from hanpyo.db.models import Progress

MILESTONES: Final = (
    "TextPublished",
    "RollPublished",
    "ElectionFrozen",
    "ElectionCancelled",
    "BatchRecorded",
    "KeyReleased",
    "ElectionCertified",
)
"""The kinds of log entries that progress notes."""


def note(progress: Progress, kind: str, told: dict[str, Any], block: int) -> None:
    """Note one entry of the log, in chain order."""
    match kind:
        case "TextPublished":
            progress.text_block = block
        case "RollPublished":
            progress.roll_published += told["entries"]
        case "ElectionFrozen":
            progress.frozen_block = block
        case "ElectionCancelled":
            progress.cancelled_block = block
        case "BatchRecorded":
            progress.batches = told["batch"]
        case "KeyReleased":
            progress.key_block, progress.secrecy_lost = block, told["secrecyLost"]
            progress.secret = bytes.fromhex(told["secret"][2:])
        case "ElectionCertified":
            progress.certified_block = block


def forget(progress: Progress) -> None:
    """Take every note back."""
    progress.text_block = progress.frozen_block = progress.cancelled_block = None
    progress.key_block = progress.secret = progress.certified_block = None
    progress.batches = progress.roll_published = 0
    progress.secrecy_lost = False
