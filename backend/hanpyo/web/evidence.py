"""`/v1/elections/<id>/evidence`: the one file that the auditor needs, and nothing else."""

from typing import Final, cast

from flask import Response, current_app, request, send_file

from hanpyo.chain.errors import ChainError
from hanpyo.errors import Unavailable
from hanpyo.indexer import queries
from hanpyo.indexer.evidence import EvidenceFiles, Wanted
from hanpyo.web.chain_allowance import take_calls
from hanpyo.web.context import runtime
from hanpyo.web.cors import public_read
from hanpyo.web.openapi import gives
from hanpyo.web.public import Reader, reader
from hanpyo.web.routing import APIBlueprint

evidence = APIBlueprint("evidence", __name__, tag="Public", url_prefix="/v1/elections")
_FILES: Final = "hanpyo_evidence"
_GZIP: Final = "application/gzip"
_CALLS: Final = 200
"""What making a file costs of a client's allowance for the chain."""


@evidence.get("/<election_id>/evidence")
@public_read
@gives(_GZIP, unchanged=True)
def download_evidence(election_id: str) -> Response:
    """The evidence file, from which the auditor computes everything again offline."""
    with runtime().database.read() as session:
        row = Reader.row(session, election_id)
        found = reader().situation(session, election_id)
        extent = queries.extent(session, election_id)
    wanted = Wanted(found, row.created_block or 0, extent)
    try:
        file = _files().file(wanted, runtime().rpc, lambda: take_calls(_CALLS))
    except ChainError as failed:
        raise Unavailable("the chain's node does not answer as it should now") from failed
    response = send_file(
        file,
        mimetype=_GZIP,
        as_attachment=True,
        download_name=f"hanpyo-evidence-{election_id}.json.gz",
        conditional=False,
        etag=False,
    )
    response.set_etag(file.name.partition(".")[2].partition(".")[0], weak=True)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _files() -> EvidenceFiles:
    known = current_app.extensions
    if _FILES not in known:
        known[_FILES] = EvidenceFiles(runtime().settings.data / "evidence")
    return cast("EvidenceFiles", known[_FILES])
