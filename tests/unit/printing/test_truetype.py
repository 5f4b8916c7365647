"""Parts of a face: what pages draw with is the face's own, and nothing else goes with it."""

from struct import unpack_from

import pytest

from hanpyo.built import Assets
from hanpyo.printing.truetype import Face

COMPOSITE = "i;é한"


@pytest.fixture(scope="module")
def face() -> Face:
    assets = Assets()
    return Face((assets.folder / assets.get("letter.ttf").file).read_bytes())


def test_it_has_every_syllable_and_knows_what_it_lacks(face: Face) -> None:
    assert all(chr(code) in face.outlines for code in range(0xAC00, 0xD7A4))
    assert not {"王", "👩", "\u202e"} & face.outlines.keys()
    assert face.outlines["가"] != face.outlines["각"]


def test_a_part_draws_its_characters_as_the_whole_does(face: Face) -> None:
    taken = [face.outlines[each] for each in COMPOSITE]
    part = Face(face.part(taken))
    for outline in taken:
        assert part._outline(outline).rstrip(b"\0") == face._outline(outline).rstrip(b"\0")
        assert part.advance(outline) == face.advance(outline)
    assert part.measures == face.measures


def test_a_part_holds_what_its_outlines_are_made_of_and_no_other(face: Face) -> None:
    taken = [face.outlines[each] for each in COMPOSITE]
    part = Face(face.part(taken))
    drawn = {each for each in range(part._count) if part._outline(each)}
    assert drawn == {each for each in face._made_of(taken) if face._outline(each)}
    assert set(taken) < drawn
    assert face.outlines["각"] not in drawn


def test_its_checksums_hold(face: Face) -> None:
    part = face.part([face.outlines["가"]])
    whole = sum(unpack_from(f">{len(part) // 4}I", part)) & 0xFFFFFFFF
    assert whole == 0xB1B0AFBA


def test_the_empty_part_has_the_empty_box(face: Face) -> None:
    part = Face(face.part([]))
    assert part._count == 1
    assert part._outline(0)
