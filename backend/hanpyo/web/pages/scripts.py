"""The voting code of an election, as it was published and as it is served now."""

from dataclasses import dataclass

from hanpyo.protocol.voting_code import voting_code_in
from hanpyo.web.assets import assets


@dataclass(frozen=True, slots=True)
class Script:
    """One script; `served` is the integrity of what browsers get now, None where it is no more."""

    name: str
    integrity: str
    served: str | None

    @property
    def changed(self) -> bool:
        """Whether voters now run something else than was published."""
        return self.served != self.integrity


def scripts_of(text: object) -> tuple[Script, ...]:
    """The scripts that a published text names; none where it names none."""
    built = assets().entries
    return tuple(
        Script(name, integrity, built[name].integrity if name in built else None)
        for name, integrity in voting_code_in(text)
    )
