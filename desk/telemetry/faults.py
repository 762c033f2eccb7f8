"""Reports faults to Sentry: what is logged as an error, as a stack trace, a release and the ids of its request and trace.

An event is built anew from listed parts (``scrubbed``). Whatever else the library collects, or a later version of it will
collect, stays here: an error's own text may hold a name or a number (PostgreSQL's ``DETAIL``, a line that could not be
read), and so may local variables, requests, and log lines of libraries.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import sentry_sdk
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import EventHandler
from typing_extensions import override

from desk import request_ids, tracing
from desk.settings import Settings

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

RELEASE = 'desk@0.1.0'
FLUSH_SECONDS = 2.0
MOST_FRAMES = 100
KEPT = ('event_id', 'timestamp', 'level', 'platform', 'release', 'environment', 'sdk', 'logger')
"""What of an event is passed on as it is: none of it comes from a person."""
FRAME = ('filename', 'module', 'function', 'lineno', 'in_app')
_EVENT = re.compile(r'[a-z][a-z0-9_]{0,63}', re.ASCII)
"""The name of a log line of ours; a library's line may be any text."""


def start(settings: Settings) -> Callable[[], None]:
    """Report faults from now on; return what ends it."""
    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        release=settings.sentry_release or RELEASE,
        environment=settings.desk_env.value,
        # ``send_default_pii`` is off by default; to name it is deprecated, and what takes its place is new.
        max_request_body_size='never',
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        before_breadcrumb=lambda _breadcrumb, _hint: None,
        before_send=scrubbed,
        before_send_transaction=lambda _event, _hint: None,
        default_integrations=False,  # they read requests, arguments and log lines
        auto_enabling_integrations=False,
        integrations=[DedupeIntegration()],  # an error that several places log is one fault
        auto_session_tracking=False,
        send_client_reports=False,
        enable_logs=False,
        enable_metrics=False,
        propagate_traces=False,
        shutdown_timeout=FLUSH_SECONDS,
    )
    handler = FaultHandler(level=logging.ERROR)
    logging.getLogger().addHandler(handler)

    def stop() -> None:
        logging.getLogger().removeHandler(handler)
        sentry_sdk.flush(FLUSH_SECONDS)
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)

    return stop


class FaultHandler(EventHandler):
    """Reports what is logged as an error. structlog keeps the exception in its own event, which is the record's message."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said: object = record.msg
        if isinstance(said, dict) and not record.exc_info:
            record = copy(record)  # the log's own handler gets the record as it is
            record.exc_info = _exc_info(said.get('exc_info'))
        super().emit(record)


def _exc_info(given: object) -> Any:
    """Return an exception as the standard library has it, from what a line of ours was given."""
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    return sys.exc_info() if given is True else given or None


def scrubbed(event: 'Event', hint: 'Hint') -> 'Event':
    """Return an event with nothing but what may leave."""
    known: Mapping[str, Any] = event
    kept: dict[str, Any] = {name: known[name] for name in KEPT if name in known}
    errors = (known.get('exception') or {}).get('values') or ()
    if errors:
        kept['exception'] = {'values': [_error(one) for one in errors]}
    if name := _name(hint):
        kept['message'] = name
    kept['tags'] = _tags()
    return kept  # type: ignore[return-value]  # a part of an event


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exception's type and stack trace, without its text."""
    frames = ((error.get('stacktrace') or {}).get('frames') or ())[-MOST_FRAMES:]
    return {
        'type': error.get('type'),
        'module': error.get('module'),
        'stacktrace': {'frames': _frames(frames)},
    }


def _frames(frames: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: frame[name] for name in FRAME if name in frame} for frame in frames]


def _name(hint: 'Hint') -> str:
    """Return the name of our log line; empty for a library's."""
    said = getattr(hint.get('log_record'), 'msg', None)
    name = said.get('event') if isinstance(said, dict) else None
    return name if isinstance(name, str) and _EVENT.fullmatch(name) else ''


def _tags() -> dict[str, str]:
    tags = {request_ids.KEY: request_ids.current(), 'trace_id': tracing.carried()[3:35]}
    return {name: value for name, value in tags.items() if value}
