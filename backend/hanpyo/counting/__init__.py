"""Counting methods and decision rules in exact arithmetic. No I/O."""
