"""A node: contracts as Python objects, the transaction sender, the event reader."""
