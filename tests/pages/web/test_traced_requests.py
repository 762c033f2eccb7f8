"""Requests as traces: named by their routes, without paths, queries, tokens or addresses."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from desk.settings import Settings
from desk.telemetry import traces
from desk.telemetry.traces import Recording
from tests.support.make import Make

TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'


@dataclass
class Traced:
    """What was recorded, as it leaves the process."""

    exporter: InMemorySpanExporter
    recording: Recording

    def ended(self) -> list[ReadableSpan]:
        self.recording.flush()
        return list(self.exporter.get_finished_spans())

    def requests(self) -> list[ReadableSpan]:
        return [one for one in self.ended() if one.kind is SpanKind.SERVER]


@pytest.fixture(autouse=True)
def traced(settings: Settings) -> Iterator[Traced]:
    """Record everything, before the application is built."""
    exporter = InMemorySpanExporter()
    everything = settings.model_copy(update={'otel_traces_sampler_arg': 1.0})
    recording = traces.start(everything, exporter)
    yield Traced(exporter, recording)
    recording.stop()


@pytest.fixture
async def browser(traced: Traced, web: FastAPI) -> httpx.AsyncClient:
    """Somebody at the desk's door."""
    del traced
    return httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url='http://test')


async def test_request_is_named_by_its_route_and_carries_its_number(
    traced: Traced, browser: httpx.AsyncClient, make: Make
) -> None:
    chat = await make.chat()

    answer = await browser.get(f'/chat/sessions/{chat.id}?phone=01012345678')

    [request] = traced.requests()
    assert request.name == 'GET /chat/sessions/{session_id}'
    assert (request.attributes or {})['desk.request_id'] == answer.headers['x-request-id']
    assert '01012345678' not in request.to_json()
    assert str(chat.id) not in request.to_json()


async def test_token_in_a_path_stays_here(traced: Traced, browser: httpx.AsyncClient) -> None:
    await browser.get('/invite/a-token-that-admits-its-holder')
    await browser.get('/nothing-here/a-token-that-admits-its-holder')
    await browser.get('/login?next=/desk/a-token-that-admits-its-holder')

    said = ''.join(one.to_json() for one in traced.ended())
    assert 'GET' in said
    assert 'a-token' not in said


async def test_trace_that_a_stranger_sends_is_not_continued(
    traced: Traced, browser: httpx.AsyncClient
) -> None:
    await browser.get('/login', headers={'traceparent': TRACEPARENT})

    [request] = traced.requests()
    assert request.parent is None
    assert f'{request.context.trace_id:032x}' not in TRACEPARENT


async def test_probes_and_files_are_no_traces(traced: Traced, browser: httpx.AsyncClient) -> None:
    for path in ('/healthz', '/readyz', '/static/tokens.css', '/metrics'):
        await browser.get(path)

    assert traced.ended() == []
