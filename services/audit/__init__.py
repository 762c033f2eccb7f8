"""The audit log: administrators read it, and its chain is verified."""
