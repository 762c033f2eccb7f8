"""For the machines that run the desk: whether it lives, whether it can serve, what it counts.

``/healthz`` and ``/readyz`` are public: they tell no personal data, no address and no error text. ``/metrics`` counts by route,
never by person, and is for the holder of a token or for this machine (``pages.web.monitoring``).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from pages.api.shapes import Liveness, Readiness, ServiceState

log = structlog.get_logger()

PROBE_SECONDS = 2.0

Probe = Callable[[], Awaitable[None]]


def router(probes: Mapping[str, Probe], *, probe_seconds: float = PROBE_SECONDS) -> APIRouter:
    """Serve ``/healthz``, ``/readyz`` and ``/metrics``; a probe raises when its service is away."""
    api = APIRouter(tags=['health'])

    @api.get('/healthz', summary='Liveness')
    async def healthz() -> Liveness:
        """Answer as long as the process lives, whatever else is away."""
        return Liveness()

    @api.get(
        '/readyz',
        summary='Readiness',
        responses={503: {'model': Readiness, 'description': 'A service does not answer'}},
    )
    async def readyz(response: Response) -> Readiness:
        """Ask every backing service for a sign of life; 503 when one of them gives none in time."""
        async with asyncio.TaskGroup() as group:
            asked = {
                name: group.create_task(_ask(name, probe, probe_seconds))
                for name, probe in probes.items()
            }
        services = {name: task.result() for name, task in asked.items()}
        is_ready = all(state.ok for state in services.values())
        response.status_code = 200 if is_ready else 503
        return Readiness(ok=is_ready, services=services)

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
        """Return what this process counts of itself."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return api


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
