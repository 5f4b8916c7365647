"""What an election is held under: how members prove who they are, and which law decides."""

from dataclasses import dataclass
from typing import Final

from hanpyo.elections.templates import Law
from hanpyo.errors import Invalid

METHODS: Final = (
    "link",
    "letter",
    "mail",
    "sms",
    "birth",
    "oidc",
    "wallet",
    "signature",
    "passkey",
)
LEVELS: Final = ("L0", "L1", "L2", "L3", "L4")
_LONGEST_METHOD: Final = 40


@dataclass(frozen=True, slots=True)
class Terms:
    """How members are known, and under which law the assembly decides.

    `identity` is a level L0 … L4, `methods` names of `METHODS`, or `oidc:<provider>`.
    """

    identity: str
    methods: tuple[str, ...]
    law: Law | None = None

    def __post_init__(self) -> None:
        if self.identity not in LEVELS:
            raise Invalid("identity", f"is none of {', '.join(LEVELS)}")
        for method in self.methods:
            known = method.partition(":")[0] in METHODS and not set(method) & set(" \t\n")
            if not known or len(method) > _LONGEST_METHOD:
                raise Invalid("methods", f"there are {', '.join(METHODS)}")
        if len(set(self.methods)) != len(self.methods):
            raise Invalid("methods", "names one twice")
