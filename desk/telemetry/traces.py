"""Starts OpenTelemetry for this process, as the settings ask for."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry import propagate
from opentelemetry.context import Context, get_current
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.util.re import parse_env_headers
from typing_extensions import override

from desk import tracing
from desk.settings import Settings
from desk.telemetry.recorder import OpenTelemetryRecorder
from desk.telemetry.sampling import DeskSampler
from desk.telemetry.scrubbing import ScrubbedExporter


class NoPropagation(TextMapPropagator):
    """Reads no trace context from requests, which strangers send, and adds none to what the desk asks of others."""

    @override
    def extract(self, carrier: Any, context: Context | None = None, getter: Any = None) -> Context:
        return get_current() if context is None else context

    @override
    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:
        pass

    @property
    @override
    def fields(self) -> set[str]:
        return set()


@dataclass(frozen=True, slots=True)
class Recording:
    """Traces that are being recorded: ``flush`` sends what has ended, ``stop`` ends the recording once all else has ended."""

    flush: Callable[[], object]
    stop: Callable[[], None]


def start(settings: Settings, exporter: SpanExporter | None = None) -> Recording:
    """Record traces from now on. ``exporter`` takes the place of the one over OTLP/HTTP."""
    provider = TracerProvider(
        sampler=DeskSampler(settings.otel_traces_sampler_arg),
        resource=Resource.create({'service.name': settings.otel_service_name}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(ScrubbedExporter(exporter or _over_http(settings)))
    )
    propagate.set_global_textmap(NoPropagation())
    botocore = BotocoreInstrumentor()  # type: ignore[no-untyped-call]  # OpenTelemetry's
    botocore.instrument(tracer_provider=provider, propagator=NoPropagation())
    engines = SQLAlchemyInstrumentor()
    # It names no version of SQLAlchemy from 2.1 on; it needs its engines' events only, and a test reads the spans.
    engines.instrument(tracer_provider=provider, skip_dep_check=True)
    recorder = OpenTelemetryRecorder(provider)
    tracing.use(recorder)

    def stop() -> None:
        tracing.use(None)
        recorder.leave()
        engines.uninstrument()
        botocore.uninstrument()
        provider.shutdown()

    return Recording(provider.force_flush, stop)


def _over_http(settings: Settings) -> SpanExporter:
    logging.getLogger('opentelemetry').setLevel(
        logging.CRITICAL
    )  # ``ScrubbedExporter`` says it, as a warning
    return OTLPSpanExporter(
        f'{settings.otel_exporter_otlp_endpoint.rstrip("/")}/v1/traces',
        headers=parse_env_headers(
            settings.otel_exporter_otlp_headers.get_secret_value(), liberal=True
        ),
    )
