"""The follower of the chain and its read model: undone exactly, rebuilt alike."""
