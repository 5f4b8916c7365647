"""Errors of the counting package: a rule or a profile that cannot be counted."""

from typing import ClassVar

from hanpyo.errors import HanpyoError


class CountingError(HanpyoError):
    """The count cannot be made from what was given."""

    code: ClassVar[str] = "counting_error"


class RuleError(CountingError):
    """A counting or decision rule contradicts itself; `field` names the part to change."""

    code: ClassVar[str] = "counting_rule"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class ProfileError(CountingError):
    """The votes do not fit the options they are counted over."""

    code: ClassVar[str] = "counting_profile"
