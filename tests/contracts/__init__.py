"""What the contracts do, called on a development chain."""
