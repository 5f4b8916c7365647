"""Handing sources to an Etherscan-style explorer; used only when there is an API key."""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from hanpyo.chain.artifact import Artifact
from hanpyo.errors import HanpyoError
from scripts.explorer_files import standard_json

ETHERSCAN: Final = "https://api.etherscan.io/v2/api"
_SECONDS: Final = 60


class ExplorerRefused(HanpyoError):
    """The explorer did not take the sources."""

    code = "explorer_refused"


@dataclass(frozen=True, slots=True)
class Explorer:
    """An explorer's API: its address, the chain, and the key."""

    url: str
    chain_id: int
    key: str

    def publish(self, address: str, artifact: Artifact, constructor_arguments: bytes) -> str:
        """Submit a contract's sources; the receipt to ask with. Raises `ExplorerRefused`."""
        form = {
            "chainid": str(self.chain_id),
            "module": "contract",
            "action": "verifysourcecode",
            "apikey": self.key,
            "contractaddress": address,
            "codeformat": "solidity-standard-json-input",
            "contractname": f"{artifact.source}:{artifact.name}",
            "compilerversion": "v" + json.loads(artifact.metadata)["compiler"]["version"],
            "sourceCode": json.dumps(standard_json(artifact)),
            "constructorArguements": constructor_arguments.hex(),  # Etherscan's spelling
        }
        answer = self._post(form)
        if str(answer.get("status")) != "1":
            raise ExplorerRefused(f"the explorer refused {artifact.name}: {answer.get('result')}")
        return str(answer["result"])

    def _post(self, form: dict[str, str]) -> dict[str, Any]:
        if not self.url.startswith(("https://", "http://")):
            raise ExplorerRefused(f"{self.url} is neither an http nor an https URL")
        separator = "&" if "?" in self.url else "?"
        url = f"{self.url}{separator}{urlencode({'chainid': self.chain_id})}"
        request = Request(url, urlencode(form).encode())  # noqa: S310  the scheme is checked
        try:
            with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310  as above
                answer: dict[str, Any] = json.load(response)
        except (OSError, ValueError) as error:
            raise ExplorerRefused(f"the explorer cannot be reached: {error}") from error
        return answer
