"""The voting code that a text names: nothing but names and digests is taken from strangers."""

import pytest

from hanpyo.protocol.voting_code import voting_code_in

DIGEST = "sha384-" + "A" * 64


def test_scripts_are_read_in_their_order() -> None:
    told = {"voter.js": DIGEST, "site.js": "sha256-" + "B" * 43 + "="}
    assert voting_code_in({"votingCode": told}) == tuple(told.items())


@pytest.mark.parametrize(
    "text",
    [
        *(None, [], "text", {}, {"votingCode": None}, {"votingCode": [DIGEST]}),
        *({"votingCode": {name: DIGEST}} for name in ("", "1", "A.js", "a b", "a\n", "a" * 41)),
        *(
            {"votingCode": {"a.js": said}}
            for said in (None, 7, "", "sha1-AAAA", "<b>", f"{DIGEST}\n")
        ),
    ],
)
def test_anything_else_is_left_out(text: object) -> None:
    assert voting_code_in(text) == ()


def test_a_long_list_is_cut() -> None:
    assert len(voting_code_in({"votingCode": {f"a{n}": DIGEST for n in range(99)}})) == 20
