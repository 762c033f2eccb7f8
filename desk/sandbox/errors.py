"""The sandbox's error when it cannot start."""

from desk.settings import StartError


class SandboxError(StartError):
    """A backing service cannot run here."""
