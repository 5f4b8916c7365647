"""Pages of the record itself, for chains that no public explorer shows."""

from hanpyo.web.pages.explorer import accounts, transactions
from hanpyo.web.pages.explorer.making import explorer

__all__ = ["accounts", "explorer", "transactions"]
