"""Search: customers by any typed text, messages by their words."""
