"""What the sandbox says when it cannot start."""


class SandboxError(RuntimeError):
    """A backing service cannot run here; the text is one plain sentence for who started the desk.

    It is no ``DeskError``: no agent is signed in yet who could read it in their own language.
    """
