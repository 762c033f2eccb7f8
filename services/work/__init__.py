"""How a use case changes something: unit of work, outbox, relay, and recording for the audit log."""
