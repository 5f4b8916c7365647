import pytest

from hanpyo.identity.factors import (
    Factor,
    Level,
    added,
    dump_factors,
    level_of,
    load_factors,
    may_rebind,
)

FAMILIES = {
    "link": "mail",
    "letter": "post",
    "mail": "mail",
    "sms": "phone",
    "birth": "knowledge",
    "wallet": "wallet",
    "signature": "signature",
    "oidc:bank": "oidc:bank",
}


def shown(*methods: str) -> tuple[Factor, ...]:
    return tuple(
        Factor(name, given or FAMILIES[name], 1)
        for name, _, given in (each.partition("@") for each in methods)
    )


@pytest.mark.parametrize(
    ("methods", "level"),
    [
        ((), "none"),
        (("birth",), "none"),
        (("link",), "L0"),
        (("letter",), "L0"),
        (("mail",), "L0"),
        (("sms",), "L0"),
        (("link", "letter"), "L0"),
        (("link", "birth"), "L1"),
        (("sms", "birth"), "L1"),
        (("link", "mail"), "L2"),
        (("letter", "sms"), "L2"),
        (("mail", "sms"), "L2"),
        (("link", "sms", "birth"), "L2"),
        (("oidc:bank",), "L3"),
        (("link", "oidc:bank"), "L3"),
        (("signature",), "L4"),
        (("wallet",), "L4"),
    ],
)
def test_factors_reach_a_level(methods: tuple[str, ...], level: str) -> None:
    assert level_of(shown(*methods)).label == level


@pytest.mark.parametrize("name", ["L0", "L1", "L2", "L3", "L4"])
def test_levels_have_names(name: str) -> None:
    assert Level.named(name).label == name


@pytest.mark.parametrize(
    ("first", "now", "may"),
    [
        (("link",), ("link",), False),
        (("link",), ("link", "mail"), False),
        (("link",), ("link", "birth"), False),
        (("link",), ("sms",), False),
        (("link",), ("sms", "birth"), False),
        (("link",), ("link", "sms"), True),
        (("link",), ("letter", "sms"), True),
        (("link", "sms"), ("mail", "sms"), False),
        (("link", "sms"), ("link", "letter"), True),
        (("link@phone",), ("link@phone", "sms"), False),
        (("link", "birth"), ("link", "birth"), False),
        (("oidc:bank",), ("oidc:bank", "link"), True),
        (("oidc:bank", "link"), ("oidc:bank", "link"), False),
    ],
)
def test_a_rebind_needs_two_channels_one_of_them_new(
    first: tuple[str, ...], now: tuple[str, ...], may: bool
) -> None:
    assert may_rebind(shown(*first), shown(*now)) is may


def test_a_factor_shown_again_counts_once_with_its_newest_time() -> None:
    again = added(shown("link"), (Factor("link", "mail", 9), Factor("sms", "phone", 9)))
    assert again == (Factor("link", "mail", 9), Factor("sms", "phone", 9))


def test_factors_survive_the_database() -> None:
    factors = shown("link", "oidc:bank")
    assert load_factors(dump_factors(factors)) == factors
