"""Traces: the way of a message from the key that sent it to the screen that shows it, as spans.

Off by default: then each function here is one comparison, and the desk imports nothing of OpenTelemetry (FastAPI may). ``desk.telemetry``
switches it on. Spans carry ids, never texts, names or numbers; what may leave is listed in ``desk.telemetry.scrubbing``.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Attributes = Mapping[str, object]
"""Names without the prefix ``desk.``; the values are ids, counts, or words of the code."""


class Recorder(Protocol):
    """What records spans (``desk.telemetry.recorder``)."""

    def root(self, name: str, asked: str, attributes: Attributes) -> AbstractContextManager[None]:
        """Begin a trace for the block, or go on with the one that was asked for."""

    def child(self, name: str, attributes: Attributes) -> AbstractContextManager[None]:
        """Record the block inside the current trace; nothing outside of any."""

    def continued(
        self, name: str, carried: str, attributes: Attributes
    ) -> AbstractContextManager[None]:
        """Record the block in the trace that another task or process carried here."""

    def sending(self, name: str, carried: Sequence[str]) -> AbstractContextManager[Sequence[str]]:
        """Record the block in each of these traces; give what to carry on for each."""

    def carried(self) -> str:
        """Return the current trace context as a W3C ``traceparent``; empty outside of any recorded trace."""

    def note(self, attributes: Attributes) -> None:
        """Add attributes to the current span."""

    def watch(self, thing: object) -> None:
        """Record what an application, a connection or a Redis client does."""


_recorder: Recorder | None = None
_NOTHING = nullcontext()


def use(recorder: Recorder | None) -> None:
    """Record with ``recorder`` from now on; ``None`` switches traces off."""
    global _recorder  # noqa: PLW0603 - one a process, as the log
    _recorder = recorder


def root(name: str, *, asked: str = '', **attributes: object) -> AbstractContextManager[None]:
    """Begin a trace for the block: somebody did something.

    ``asked`` is the ``traceparent`` of a program that is signed in: its trace goes on, recorded if the program records
    it. An invalid one is as none.
    """
    return _NOTHING if _recorder is None else _recorder.root(name, asked, attributes)


def child(name: str, **attributes: object) -> AbstractContextManager[None]:
    """Record the block inside the current trace."""
    return _NOTHING if _recorder is None else _recorder.child(name, attributes)


def continued(name: str, carried: str, **attributes: object) -> AbstractContextManager[None]:
    """Record the block in the trace that another task or process carried here; ``carried`` may be empty or invalid."""
    if _recorder is None or not carried:
        return _NOTHING
    return _recorder.continued(name, carried, attributes)


def sending(name: str, carried: Sequence[str]) -> AbstractContextManager[Sequence[str]]:
    """Record the block in each of several traces; give what to carry on for each, in order."""
    if _recorder is None or not any(carried):
        return nullcontext(carried)
    return _recorder.sending(name, carried)


def carried() -> str:
    """Return the current trace context as a W3C ``traceparent``; empty where nothing is recorded."""
    return '' if _recorder is None else _recorder.carried()


def note(**attributes: object) -> None:
    """Add attributes to the current span."""
    if _recorder is not None:
        _recorder.note(attributes)


def watch(thing: object) -> None:
    """Record what a web application, a connection of the statement pool, or a Redis client does from now on."""
    if _recorder is not None:
        _recorder.watch(thing)
