"""What the sandbox says when it cannot start."""

from desk.settings import StartError


class SandboxError(StartError):
    """A backing service cannot run here."""
