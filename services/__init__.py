"""What the desk can do: use cases, one class a feature. Read their public methods first."""
