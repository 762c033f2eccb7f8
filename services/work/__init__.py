"""How a use case stores a change: unit of work, outbox, relay, and records for the audit log."""
