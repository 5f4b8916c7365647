"""Benchmarks, each beside its peer or the machine's ceiling; `python -m bench [NAME]`."""
