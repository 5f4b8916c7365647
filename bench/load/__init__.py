"""What the benchmarks of the service are made of: elections, ballots, peers, clients, processes."""
