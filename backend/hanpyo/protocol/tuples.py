"""Named tuples made as fast as plain ones, for what is made of every event of an election."""

from typing import Final

new_tuple: Final = tuple.__new__
"""`new_tuple(Type, fields)`: the named tuple of all its fields, in their order and unchecked, in a
third of the time that its own constructor takes."""
