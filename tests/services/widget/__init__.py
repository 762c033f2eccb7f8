"""The chat on other sites."""
