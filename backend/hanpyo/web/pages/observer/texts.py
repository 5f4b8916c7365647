"""The published text of an election, read for the public's pages."""

from typing import Any

import orjson

from hanpyo.elections.catalogue import PublishedElection
from hanpyo.web.pages.texts import PublishedText


def text_of(election: PublishedElection) -> PublishedText:
    """What is shown of an election in the page's language."""
    content: Any = orjson.loads(election.text) if election.text else {}
    return PublishedText.of(content, election.manifest, election.title)
