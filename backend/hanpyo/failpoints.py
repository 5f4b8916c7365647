"""Places where a test may have the process killed as if the power had gone.

Nothing happens unless `HANPYO_FAILPOINT` named the place when the process started; nothing that
arrives over a wire can name one. `NAME:n` kills at the n-th passage.
"""

import os
import signal
from itertools import count
from typing import Final

_NAME, _, _PASSAGE = os.environ.get("HANPYO_FAILPOINT", "").partition(":")
_FATAL: Final = int(_PASSAGE or 1)
_passages = count(1)


def failpoint(name: str) -> None:
    """Die by SIGKILL here when this place was named."""
    if name == _NAME and next(_passages) == _FATAL:
        os.kill(os.getpid(), signal.SIGKILL)
