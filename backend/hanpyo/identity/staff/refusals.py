"""What the doors of the staff answer when they stay shut."""

from typing import ClassVar

from hanpyo.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated


class NotSignedIn(Unauthenticated):
    """There is no session, or it has ended."""

    code: ClassVar[str] = "not_signed_in"

    def __init__(self) -> None:
        super().__init__("sign in first")


class SecondFactorNeeded(Unauthenticated):
    """The session knows the password only."""

    code: ClassVar[str] = "second_factor_needed"

    def __init__(self) -> None:
        super().__init__("finish signing in with a code or a passkey")


class SignInRefused(Unauthenticated):
    """Mail and password are not an account's; never says which of them."""

    code: ClassVar[str] = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__("mail and password do not belong together")


class SetUpUnfinished(Forbidden):
    """The password holds, and the account has no second factor yet."""

    code: ClassVar[str] = "set_up_unfinished"

    def __init__(self) -> None:
        super().__init__("no second factor was set up; ask for a new set-up link")


class SecondFactorRefused(Unauthenticated):
    """A code or a passkey that does not hold."""

    code: ClassVar[str] = "second_factor_refused"

    def __init__(self) -> None:
        super().__init__("the code or passkey does not hold; a code serves once")


class Locked(TooMany):
    """Too many wrong codes in a row."""

    code: ClassVar[str] = "second_factor_locked"

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many wrong codes; wait, or use a passkey", retry_after)


class FreshFactorNeeded(Forbidden):
    """The second factor was given too long ago for this."""

    code: ClassVar[str] = "fresh_second_factor_needed"

    def __init__(self) -> None:
        super().__init__("show your second factor again first")


class RoleMissing(Forbidden):
    """Whoever is signed in belongs here and may not do this."""

    code: ClassVar[str] = "role_missing"

    def __init__(self) -> None:
        super().__init__("your roles here do not allow this")


class Unknown(NotFound):
    """There is no such thing, or it is another organisation's."""

    code: ClassVar[str] = "not_found"

    def __init__(self) -> None:
        super().__init__("there is no such thing here")


class LinkRefused(NotFound):
    """A set-up link that was used, has expired, or never was."""

    code: ClassVar[str] = "link_refused"

    def __init__(self) -> None:
        super().__init__("this link was used or has expired; ask for a new one")


class LastOfItsKind(Conflict):
    """Without this person nobody could run the organisation or the installation."""

    code: ClassVar[str] = "last_of_its_kind"

    def __init__(self) -> None:
        super().__init__("this is the last one; let another person take the role first")


class LastFactor(Conflict):
    """Without this second factor the account could not sign in."""

    code: ClassVar[str] = "last_second_factor"

    def __init__(self) -> None:
        super().__init__("this is the only second factor; add another one first")


class AccountExists(Conflict):
    """The link is for somebody who has an account: they take the role by signing in."""

    code: ClassVar[str] = "account_exists"

    def __init__(self) -> None:
        super().__init__("this person has an account: sign in, then use the link")
