"""``/healthz``, ``/readyz`` and ``/metrics``, for load balancers and Prometheus.

``/healthz`` and ``/readyz`` are public: they tell no personal data, no address and no error text. ``/metrics`` counts by route,
never by person, and needs a token or this machine (``pages.web.monitoring``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from desk.draining import StopState
from pages.api.shapes import Liveness, Readiness, ServiceState

log = structlog.get_logger()

PROBE_SECONDS = 2.0

Probe = Callable[[], Awaitable[None]]


def router(probes: Mapping[str, Probe], *, probe_seconds: float = PROBE_SECONDS) -> APIRouter:
    """Serve ``/healthz``, ``/readyz`` and ``/metrics``; a probe raises when its service is unavailable."""
    api = APIRouter(tags=['health'])

    @api.get('/healthz', summary='Liveness')
    async def healthz() -> Liveness:
        """Answer as long as the process lives, whatever the state of its backing services."""
        return Liveness()

    @api.get(
        '/readyz',
        summary='Readiness',
        responses={
            503: {
                'model': Readiness,
                'description': 'A service does not answer, or this process is about to stop',
            }
        },
    )
    async def readyz(request: Request, response: Response) -> Readiness:
        """Probe every backing service; 503 when one of them does not answer in time, or this process is about to stop."""
        async with asyncio.TaskGroup() as group:
            asked = {
                name: group.create_task(_ask(name, probe, probe_seconds))
                for name, probe in probes.items()
            }
        services = {name: task.result() for name, task in asked.items()}
        is_stopping = _is_stopping(request)
        is_ready = all(state.ok for state in services.values()) and not is_stopping
        response.status_code = 200 if is_ready else 503
        return Readiness(ok=is_ready, stopping=is_stopping, services=services)

    @api.get(
        '/metrics',
        summary='Prometheus',
        response_class=Response,
        responses={
            200: {
                'description': "Prometheus' text format",
                'content': {'text/plain': {'example': 'desk_open_pages 12.0\n'}},
            }
        },
    )
    async def metrics() -> Response:
        """Return this process's Prometheus metrics."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return api


def _is_stopping(request: Request) -> bool:
    """Whether the server was told to stop; an application without the desk's own server (a test) never is."""
    state: StopState | None = getattr(request.app.state, 'stop_state', None)
    return state is not None and state.is_stopping


async def _ask(name: str, probe: Probe, seconds: float) -> ServiceState:
    started = time.perf_counter()
    is_well = True
    try:
        await asyncio.wait_for(probe(), seconds)
    except Exception as error:  # noqa: BLE001 - each driver has errors of its own, all mean the same here
        is_well = False
        log.warning('service_away', service=name, error=type(error).__name__)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    return ServiceState(ok=is_well, milliseconds=milliseconds)
