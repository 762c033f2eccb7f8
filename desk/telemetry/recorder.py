"""Records spans with OpenTelemetry's own library and its instrumentations."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from redis.asyncio import Redis

from desk import request_ids, tracing
from desk.telemetry.sampling import is_over
from desk.telemetry.scrubbing import OURS

UNTRACED = '^https?://[^/]+/(static|_nicegui|_nicegui_ws|healthz|readyz|metrics|ws)(/|$|[?])'
"""Files, probes and sockets: a socket is open all day, so the events and frames on it begin traces of their own."""
_CARRIER = TraceContextTextMapPropagator()
_NOWHERE = Context()


class OpenTelemetryRecorder:
    """Records spans for the whole process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer('desk')
        self._apps: list[FastAPI] = []

    @contextmanager
    def root(self, name: str, asked: str, attributes: tracing.Attributes) -> Iterator[None]:
        """Begin a trace for the block, or go on with the one asked for, whatever trace it is called in."""
        context = _context_of(asked) if asked else _NOWHERE
        with self._current(name, attributes, context, SpanKind.SERVER):
            yield

    @contextmanager
    def child(self, name: str, attributes: tracing.Attributes) -> Iterator[None]:
        """Record the block inside the current trace."""
        with self._current(name, attributes):
            yield

    @contextmanager
    def continued(self, name: str, carried: str, attributes: tracing.Attributes) -> Iterator[None]:
        """Record the block in the trace that was carried here."""
        with self._current(name, attributes, _context_of(carried), SpanKind.CONSUMER):
            yield

    @contextmanager
    def sending(self, name: str, carried: Sequence[str]) -> Iterator[Sequence[str]]:
        """Record the block in each trace. What the block itself asks of servers is part of the first one."""
        spans = [self._sent(name, one) for one in carried]
        first = next(span for span in spans if span is not None)
        with ExitStack() as stack:
            for span in spans:
                if span is not None:
                    stack.callback(span.end)
            stack.enter_context(trace.use_span(first, record_exception=False))
            yield ['' if span is None else _carried(span) for span in spans]

    def carried(self) -> str:
        """Return the current trace context as ``traceparent``."""
        return _carried(trace.get_current_span())

    def note(self, attributes: tracing.Attributes) -> None:
        """Add attributes to the current span."""
        span = trace.get_current_span()
        if span.is_recording():
            span.set_attributes(_named(attributes))

    def watch(self, thing: object) -> None:
        """Record what a thing does. Connections of SQLAlchemy's engines are not among them: it records its statements itself."""
        if isinstance(thing, FastAPI):
            self._apps.append(thing)
            FastAPIInstrumentor.instrument_app(
                thing,
                tracer_provider=self._provider,
                excluded_urls=UNTRACED,
                exclude_spans=['receive', 'send'],
            )
        elif isinstance(thing, psycopg.AsyncConnection):
            PsycopgInstrumentor.instrument_connection(thing, tracer_provider=self._provider)
        elif isinstance(thing, Redis):
            RedisInstrumentor.instrument_client(thing, tracer_provider=self._provider)

    def leave(self) -> None:
        """Take back what was changed in applications."""
        for app in self._apps:
            FastAPIInstrumentor.uninstrument_app(app)

    def _current(
        self,
        name: str,
        attributes: tracing.Attributes,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Any:
        named = _named(attributes)
        if request_id := request_ids.current():
            named[f'{OURS}{request_ids.KEY}'] = request_id
        return self._tracer.start_as_current_span(
            name, context=context, kind=kind, attributes=named
        )

    def _sent(self, name: str, carried: str) -> Span | None:
        if not carried:
            return None
        return self._tracer.start_span(name, _context_of(carried), SpanKind.PRODUCER)


def _context_of(carried: str) -> Context:
    """Return the context that was carried; an empty one for what is no ``traceparent``."""
    return _CARRIER.extract({'traceparent': carried}, _NOWHERE)


def _carried(span: Span) -> str:
    context = span.get_span_context()
    if not (context.is_valid and context.trace_flags.sampled) or is_over(span):
        return ''
    return f'00-{context.trace_id:032x}-{context.span_id:016x}-01'


def _named(attributes: Mapping[str, object]) -> dict[str, str | int]:
    return {
        f'{OURS}{name}': value if isinstance(value, int) else str(value)
        for name, value in attributes.items()
    }
