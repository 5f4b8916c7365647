"""A code that came by post and is typed by hand."""

from hanpyo.identity.methods.access_code import PersonalCode

LETTER_CODE = PersonalCode("letter")
