"""Where traces and faults go, on this machine: keeps what is sent, and reads OTLP by its own protobuf."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """One span that came."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]
    service: str


@dataclass
class Collector:
    """What was sent, in order: each body as it came, unpacked."""

    port: int
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f'http://127.0.0.1:{self.port}'

    @property
    def dsn(self) -> str:
        return f'http://{"0" * 32}@127.0.0.1:{self.port}/1'

    @property
    def everything(self) -> str:
        """All that came, as text."""
        return b'\n'.join(self.bodies).decode('utf-8', 'replace')

    def forget(self) -> None:
        """Forget what came."""
        self.bodies.clear()
        self.paths.clear()

    def spans(self) -> list[Seen]:
        """Return all spans that came over OTLP/HTTP."""
        found = []
        for body, path in zip(list(self.bodies), list(self.paths), strict=False):
            if path == '/v1/traces':
                found += list(_spans(ExportTraceServiceRequest.FromString(body)))
        return found


def _spans(request: ExportTraceServiceRequest) -> Iterator[Seen]:
    for resource in request.resource_spans:
        named = {one.key: one.value.string_value for one in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes={
                        one.key: one.value.string_value or str(one.value.int_value)
                        for one in span.attributes
                    },
                    service=named['service.name'],
                )


@contextmanager
def collecting() -> Iterator[Collector]:
    """Take what is sent to a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers['Content-Length']))
            packed = {'Content-Encoding': self.headers.get('Content-Encoding', 'identity')}
            collector.paths.append(self.path)
            collector.bodies.append(httpx.Response(200, headers=packed, content=body).content)
            self.send_response(200)
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    collector = Collector(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
