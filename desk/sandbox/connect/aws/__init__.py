"""The simulator's AWS interfaces: their wire formats, answered from the simulated centre."""
