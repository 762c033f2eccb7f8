"""Which spans are recorded: a share of what people and programs do, and all that follows from it."""

import time
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes
from typing_extensions import override

OVER_SECONDS = 10.0
"""A task that outlives what began it by so long (a page's timers and its outbox) is no longer part of that trace."""


class DeskSampler(Sampler):
    """Begins a trace for a share of requests and events only; what else has no trace yet (loops) gets none."""

    def __init__(self, share: float) -> None:
        self._roots = TraceIdRatioBased(share)

    @override
    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        parent = trace.get_current_span(parent_context)
        context = parent.get_span_context()
        sampler: Sampler
        if not context.is_valid:
            sampler = self._roots if kind is SpanKind.SERVER else ALWAYS_OFF
        else:
            sampler = (
                ALWAYS_ON if context.trace_flags.sampled and not is_over(parent) else ALWAYS_OFF
            )
        return sampler.should_sample(parent_context, trace_id, name, kind, attributes, links)

    @override
    def get_description(self) -> str:
        return f'DeskSampler({self._roots.rate})'


def is_over(span: trace.Span) -> bool:
    """Whether a span of this process ended so long ago that nothing belongs to it any more."""
    ended = span.end_time if isinstance(span, ReadableSpan) else None
    return ended is not None and time.time_ns() - ended > OVER_SECONDS * 1e9
