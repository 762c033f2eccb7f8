"""The audit log: read by administrators, verified as one chain."""
