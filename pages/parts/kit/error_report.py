"""Uncaught errors of the browser, written to the server's log: their kind and place, never their message."""

import structlog
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from desk import metrics

log = structlog.get_logger()

MAX_CHARS = 100
MAX_FRAMES = 5


class ErrorReport(Element, component='error_report.js'):
    """One invisible element per page; ``reader`` is the id of the page's person."""

    def __init__(self, *, reader: str) -> None:
        super().__init__()
        self._reader = reader
        self.on('failed', self._failed)

    def _failed(self, event: GenericEventArguments) -> None:
        told = event.args if isinstance(event.args, dict) else {}
        frames = told.get('frames')
        metrics.BROWSER_ERRORS.inc()
        log.warning(
            'browser_error',
            reader=self._reader,
            kind=str(told.get('kind'))[:MAX_CHARS],
            place=str(told.get('place'))[:MAX_CHARS],
            frames=[str(one)[:MAX_CHARS] for one in frames[:MAX_FRAMES]]
            if isinstance(frames, list)
            else [],
        )
