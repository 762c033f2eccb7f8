"""Logging with structlog: JSON in production, readable lines elsewhere; it logs ids and paths, never message text.

Tracebacks leave out local variables, SQL errors their parameters (``desk.db``) and the values that PostgreSQL quotes
(``desk.error_texts``), because all of them contain personal data.
"""

import logging
import sys
from types import TracebackType
from typing import TextIO

import structlog
from structlog.dev import plain_traceback
from structlog.tracebacks import ExceptionDictTransformer
from typing_extensions import override

from desk import metrics
from desk.error_texts import as_logged, line_of, without_detail

LOST = '{"event": "log_line_lost", "level": "error"}\n'


def configure(*, level: str = 'INFO', as_json: bool = False) -> None:
    """Configure logging once for the whole process, including the libraries' loggers."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _count,
        structlog.processors.TimeStamper(fmt='iso', utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,  # a test configures logging again
    )
    renderer: list[structlog.typing.Processor] = (
        [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=plain_traceback
            )
        ]
    )
    handler = _LogHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _without_values,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # The desk logs its own requests, without query strings: uvicorn would log the client id of
    # every socket.
    for name in ('uvicorn.access', 'uvicorn.error', 'alembic', 'httpx', 'httpcore'):
        logging.getLogger(name).setLevel(logging.WARNING)


class _LogHandler(logging.StreamHandler[TextIO]):
    """Writes the log. Of a line that cannot be written, logging itself would print everything, with all that it quotes."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        sys.stderr.write(LOST)


def log_uncaught() -> None:
    """Log what ends the process from now on, instead of letting Python print it with all that it quotes."""
    sys.excepthook = _uncaught


def _uncaught(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    structlog.get_logger().critical('process_failed', exc_info=(kind, error, stack))


def _without_values(
    _logger: object, _method: str, record: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Take the values that PostgreSQL quotes out of an exception, and out of what a library wrote of it: asyncio quotes it."""
    error = _error_of(record.get('exc_info'))
    if error is not None:
        shown = as_logged(error)
        record['exc_info'] = (type(shown), shown, shown.__traceback__)
    for name, said in record.items():
        if isinstance(said, str):
            record[name] = without_detail(said) if error is None else line_of(said, error)
    return record


def _error_of(given: object) -> BaseException | None:
    """Return the exception that a line was given in one of structlog's ways."""
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    if isinstance(given, BaseException):
        return given
    return sys.exc_info()[1] if given else None


def _count(
    _logger: object, _method: str, record: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    metrics.LOG_RECORDS.labels(record['level']).inc()
    return record
