"""From an organiser's file to the lines of a roll: pure, bytes in, preview out, nothing raised.

`read_roll` takes CSV and XLSX as Korean offices make them. Whatever is wrong stands in the preview
as a note with the row and the column as the spreadsheet shows them.
"""

from hanpyo.elections.roll_import.notes import Note
from hanpyo.elections.roll_import.preview import Preview, read_roll
from hanpyo.elections.roll_import.rows import RollRow

__all__ = ["Note", "Preview", "RollRow", "read_roll"]
