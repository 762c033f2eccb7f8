"""Switches traces and faults on, as the settings ask for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from desk.settings import Settings, StartError

EXTRA = "pip install -e '.[seeing]'"


@contextmanager
def seeing(settings: Settings) -> Iterator[None]:
    """Record traces and report faults while the block runs, where their addresses are set.

    Raises ``StartError`` when an address is set and its library is not installed.
    """
    stops = _started(settings)
    try:
        yield
    finally:
        for stop in reversed(stops):
            stop()


def _started(settings: Settings) -> list[Callable[[], None]]:
    stops: list[Callable[[], None]] = []
    if settings.otel_exporter_otlp_endpoint:
        # FastAPI may bring OpenTelemetry's own library, but not what sends.
        _require('opentelemetry.exporter.otlp.proto.http', 'OTEL_EXPORTER_OTLP_ENDPOINT')
        from desk.telemetry import traces  # noqa: PLC0415 - the extra need not be installed

        stops.append(traces.start(settings).stop)
    if settings.sentry_dsn.get_secret_value():
        _require('sentry_sdk', 'SENTRY_DSN')
        from desk.telemetry import faults  # noqa: PLC0415 - the extra need not be installed

        stops.append(faults.start(settings))
    return stops


def _require(module: str, setting: str) -> None:
    if not _is_installed(module):
        message = (
            f'{setting} is set, but what it needs is not installed: {EXTRA}, or leave it unset'
        )
        raise StartError(message)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # its parent is missing, or was barred
        return False
