"""What voters mean, and what bytes may come instead."""

from hypothesis import strategies as st

from hanpyo.protocol.agenda import POINT_METHODS, Item
from hanpyo.protocol.choices import Selection
from hanpyo.protocol.layout import field_length
from hanpyo.protocol.manifest import Manifest


@st.composite
def selections(draw: st.DrawFn, item: Item) -> Selection:
    """Options or points within the limits that the encoding itself has; rules may be broken."""
    chosen = draw(
        st.lists(st.integers(1, item.options), max_size=item.maximum, unique=True) | st.just([])
    )
    if item.method not in POINT_METHODS:
        return chosen
    return {option: draw(st.integers(1, item.points)) for option in chosen}


@st.composite
def wild_choices(draw: st.DrawFn, manifest: Manifest) -> bytes:
    """Padded choices of the right length: any bytes, many zeros and small numbers."""
    symbols = st.sampled_from([0, 0, 0, 1, 2, 3, 255]) | st.integers(0, 255)
    fields = [
        bytes(draw(st.lists(symbols, min_size=length, max_size=length)))
        if draw(st.booleans())
        else bytes(length)
        for length in map(field_length, manifest.items)
    ]
    return b"".join(fields)
