"""A ballot signed by an independent wallet library, from HTTP to the record, and its promise."""

import json
import subprocess
from pathlib import Path
from typing import Any

from hanpyo.elections.casting import Voter
from hanpyo.protocol.messages import Ballot, Promise, typed_data
from hanpyo.protocol.types import Digest, Secrecy
from hanpyo.web.app import create_app
from hanpyo.web.ballots import attach_relay
from tests.service.relaying import Works, ballot_of, body
from tests.service.scene import YES

SCRIPT = Path(__file__).parents[2] / "service" / "typed_data.mjs"
KEY = bytes([7]) * 32


def viem(data: dict[str, Any], **more: str) -> dict[str, Any]:
    """What viem's wallet says of typed data."""
    asked = {"key": "0x" + KEY.hex(), "data": data, **more}
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_ballot_of_viem_is_recorded_and_its_promise_believed(works: Works) -> None:
    election = works.scene.publish(4, Secrecy.OPEN)
    app = create_app(works.scene.runtime)
    attach_relay(app, works.relay)
    content = election.form.content(1, YES)
    signed = viem(typed_data(election.domain, Ballot(0, 0, 0, 1, *content)))
    given = body(ballot_of(works.scene, election, Voter(0, KEY, 1), YES))
    assert given["key"] == signed["address"].lower()
    path = f"/v1/elections/{election.id}/ballots"
    answer = app.test_client().post(path, json=given | {"signature": signed["signature"]})
    assert answer.status_code == 202, answer.text
    told = answer.get_json()
    promise = told["promise"]
    digest = Digest(bytes.fromhex(told["digest"][2:]))
    data = typed_data(election.domain, Promise(digest, promise["includeBy"]))
    verdict = viem(data, check=promise["signature"], signer=promise["relay"])
    assert verdict["verified"] is True
    works.run()
    assert len(works.acts(election)) == 1
