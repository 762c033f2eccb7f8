"""The desk's use cases, one class a feature. Read their public methods first."""
