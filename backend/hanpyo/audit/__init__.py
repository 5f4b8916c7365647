"""The independent check: from the chain alone, with no database and no server."""
