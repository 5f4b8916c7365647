"""Where a reader finds a transaction: this installation's own pages of the record."""

from apiflask import APIFlask


def transaction_url(transaction: str) -> str:
    """The page of a transaction, given its hash as 0x text."""
    return f"/chain/tx/{transaction}"


def register(app: APIFlask) -> None:
    """Give templates `transaction_url`."""
    app.jinja_env.globals.update(transaction_url=transaction_url)
