"""The call data of a batch, joined from the bytes that the intake has kept ready.

The registrars may sign one list for the whole batch, which spares each ballot its own signatures; a
batch never waits for that.
"""

from collections.abc import Sequence
from typing import Protocol

from hanpyo.chain.contracts import election_interface
from hanpyo.elections.catalogue import PublishedElection
from hanpyo.protocol.batch import Attestation, BatchForm
from hanpyo.protocol.batch_parts import encode_attestations, encode_count
from hanpyo.protocol.messages import Credential
from hanpyo.protocol.types import KeyId
from hanpyo.relay.planner import Pending, listed_bytes
from hanpyo.relay.submission import COMPACT, WIDE

_WEIGHTS, _CLASSES, _ORDERS = 1, 2, 4
_LIST, _EACH = 0, 1
_FEWEST_LISTED = 2
"""A list of one is no shorter than the credential itself."""


class ListSigner(Protocol):
    """Who can have many credentials signed at once: `registrar.client.Registrars`."""

    def sign_list(
        self, election: PublishedElection, credentials: Sequence[Credential]
    ) -> tuple[Attestation, ...] | None:
        """The registrars' signatures of the list, or None when they do not come at once."""


def call_data(
    election: PublishedElection, ballots: Sequence[Pending], registrars: ListSigner | None = None
) -> bytes:
    """The whole call for these ballots, which are of one form."""
    functions = election_interface().functions
    if ballots[0].form != COMPACT:
        return functions["castWide"].call_data(wide_batch(ballots))
    listing = None
    if registrars is not None and len(ballots) >= _FEWEST_LISTED:
        credentials = [_credential(each) for each in ballots]
        listing = registrars.sign_list(election, credentials)
    return functions["cast"].call_data(compact_batch(ballots, election.form, listing))


def compact_batch(
    ballots: Sequence[Pending],
    form: BatchForm,
    listing: Sequence[Attestation] | None = None,
) -> bytes:
    """The bytes for `cast`; with `listing` under one list that holds exactly these credentials."""
    weights = any(each.weight != 1 for each in ballots)
    classes = any(each.class_ != 0 for each in ballots)
    orders = any(not each.is_first for each in ballots)
    flags = _WEIGHTS * weights | _CLASSES * classes | _ORDERS * orders
    mode = _EACH if listing is None else _LIST
    parts = [bytes((COMPACT, flags)), encode_count(len(ballots)), bytes((mode, 0, 0))]
    cut = None
    if listing is not None:
        parts.append(encode_attestations(listing, form.threshold, form.registrars))
        cut = -listed_bytes(form)
    for each in ballots:
        parts.append(each.voter.to_bytes(4, "big"))
        if weights:
            parts.append(each.weight.to_bytes(8, "big"))
        if classes:
            parts.append(each.class_.to_bytes(2, "big"))
        if orders:
            parts.append(
                each.epoch.to_bytes(2, "big")
                + each.revision.to_bytes(2, "big")
                + each.kind.to_bytes(1, "big")
            )
        parts.append(each.body[:cut])
    return b"".join(parts)


def wide_batch(ballots: Sequence[Pending]) -> bytes:
    """The bytes for `castWide`."""
    head = bytes((WIDE,)) + encode_count(len(ballots))
    return head + b"".join(each.body for each in ballots)


def _credential(ballot: Pending) -> Credential:
    return Credential(ballot.voter, KeyId(ballot.key), ballot.weight, ballot.class_, ballot.epoch)
