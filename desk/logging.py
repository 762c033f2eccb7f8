"""Logging with structlog: JSON in production, readable lines elsewhere; it logs ids and paths, never message text.

Tracebacks leave out local variables and SQL errors their parameters (``desk.db``), because both
contain personal data.
"""

import logging
import sys

import structlog
from structlog.dev import plain_traceback
from structlog.tracebacks import ExceptionDictTransformer

from desk import metrics


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # The desk logs its own requests, without query strings: uvicorn would log the client id of
    # every socket.
    for name in ('uvicorn.access', 'uvicorn.error', 'alembic', 'httpx', 'httpcore'):
        logging.getLogger(name).setLevel(logging.WARNING)


def _count(
    _logger: object, _method: str, record: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    metrics.LOG_RECORDS.labels(record['level']).inc()
    return record
