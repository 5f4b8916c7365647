"""Elections on a development chain for benchmarks and contract tests: fixed keys, fixed times."""
