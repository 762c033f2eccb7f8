"""What of a span may leave the desk: listed attributes, statements without literals, and no text of any error.

It works in the exporter's own thread, after the spans have ended, so that it costs no message any time.
"""

from collections.abc import Mapping, Sequence

import structlog
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status
from typing_extensions import override

from desk.sql_texts import without_literals

log = structlog.get_logger()

OURS = 'desk.'
STATEMENTS = frozenset({'db.statement', 'db.query.text'})
KEPT = frozenset(
    {
        'http.method', 'http.request.method', 'http.route', 'http.status_code', 'http.response.status_code',
        'http.scheme', 'url.scheme', 'http.flavor', 'network.protocol.version',
        'db.system', 'db.system.name', 'db.name', 'db.namespace', 'db.operation', 'db.redis.args_length',
        'db.redis.pipeline_length', 'db.redis.database_index',
        'net.peer.name', 'net.peer.port', 'server.address', 'server.port',
        'rpc.system', 'rpc.service', 'rpc.method', 'aws.region', 'cloud.region', 'aws.request_id', 'retry_attempts',
        'error.type', 'exception.type',
    }
)  # fmt: skip
"""Attributes of the libraries' spans that hold neither a person's data, an address with its query, nor a user's name.
``net.peer.name`` is the server that the desk asks: of a request *to* the desk it would be the person's address, see
``_kept``."""


class ScrubbedExporter(SpanExporter):
    """Passes spans on to another exporter with nothing but what may leave."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._inner.export([scrubbed(span) for span in spans])
        if result is not SpanExportResult.SUCCESS:
            log.warning('traces_not_sent', spans=len(spans))
        return result

    @override
    def shutdown(self) -> None:
        self._inner.shutdown()

    @override
    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def scrubbed(span: ReadableSpan) -> ReadableSpan:
    """Return a span as it may leave."""
    attributes = _kept(span)
    return ReadableSpan(
        name=_name(span, attributes),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=[_error(event) for event in span.events if event.name == 'exception'],
        kind=span.kind,
        status=Status(span.status.status_code),  # its description is the error's text
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _kept(span: ReadableSpan) -> Mapping[str, str | int]:
    kept: dict[str, str | int] = {}
    for name, value in (span.attributes or {}).items():
        is_peer = name.startswith(('net.peer.', 'server.')) and span.kind is SpanKind.SERVER
        if name in STATEMENTS:
            kept[name] = without_literals(str(value))
        elif name.startswith(OURS) or (name in KEPT and not is_peer):
            kept[name] = value if isinstance(value, int) else str(value)
    return kept


def _name(span: ReadableSpan, attributes: Mapping[str, str | int]) -> str:
    """Return the name: of a request its method and route, since a path holds ids and tokens; of a statement its verb."""
    if method := attributes.get('http.method') or attributes.get('http.request.method'):
        return (
            f'{method} {attributes.get("http.route") or attributes.get("desk.route") or ""}'.strip()
        )
    if statement := attributes.get('db.statement') or attributes.get('db.query.text'):
        return str(statement).split(' ', 1)[0]
    return span.name


def _error(event: Event) -> Event:
    kind = (event.attributes or {}).get('exception.type', '')
    return Event('exception', {'exception.type': str(kind)}, event.timestamp)
