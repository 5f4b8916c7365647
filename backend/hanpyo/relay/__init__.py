"""Ballots in, batches out: a ballot acknowledged is a ballot kept."""
