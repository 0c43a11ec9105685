"""The parts of the benchmark; each prints its own table."""
