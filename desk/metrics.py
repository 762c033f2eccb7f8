"""The desk's Prometheus metrics. One registry a process.

``deploy/monitoring`` shows each of them on a dashboard and says above what it is a fault; a test finds one that it forgets.
"""

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter('desk_requests_total', 'HTTP requests answered', ['method', 'route', 'status'])
REQUEST_SECONDS = Histogram('desk_request_seconds', 'Time to answer an HTTP request', ['route'])
SQL_SECONDS = Histogram(
    'desk_sql_seconds',
    'Time of one SQL statement',
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
)
SQL_ERRORS = Counter(
    'desk_sql_errors_total',
    'SQL statements that failed because the database was away, slow, or read-only',
    ['reason'],
)
SQL_CONNECTIONS = Gauge(
    'desk_sql_connections', 'Connections to the database that are in use', ['pool']
)
SQL_CONNECTIONS_LIMIT = Gauge(
    'desk_sql_connections_limit', 'Connections to the database that a pool may hold', ['pool']
)
DEPENDENCY_UP = Gauge(
    'desk_dependency_up', 'Whether a backing service answers (1) or not (0)', ['dependency']
)
OUTBOX_ENTRIES = Gauge('desk_outbox_entries', 'Committed events that are not yet on the stream')
OUTBOX_AGE_SECONDS = Gauge('desk_outbox_age_seconds', 'Age of the oldest of these events')
AWS_CALLS = Counter(
    'desk_aws_calls_total',
    'Calls of AWS: answered, refused by AWS, denied access, failed, or paused after failures',
    ['service', 'outcome'],
)
AWS_CALL_SECONDS = Histogram('desk_aws_call_seconds', 'Time of one call of AWS', ['service'])
MESSAGES = Counter('desk_messages_total', 'Chat messages stored', ['sender'])
SENTIMENT_REQUESTS = Counter('desk_sentiment_requests_total', 'Batches sent to Comprehend')
SENTIMENT_LINES = Counter(
    'desk_sentiment_lines_total', "Customers' lines that were judged", ['how']
)
PAGES = Gauge('desk_open_pages', 'Pages that a browser holds open')
SOCKETS = Gauge('desk_program_sockets', 'Programs connected to /ws')
SUBSCRIPTIONS = Gauge('desk_subscriptions', 'Subscriptions to topics in this process')
STREAM_LAG_SECONDS = Gauge(
    'desk_stream_lag_seconds', 'Age of the last event when it was read from the stream'
)
UNREADABLE_EVENTS = Counter(
    'desk_unreadable_events_total',
    'Events that another version of the desk wrote and this one skipped',
    ['reason'],
)
STREAM_BREAKS = Counter(
    'desk_stream_breaks_total', 'Times that the event stream was emptied, replaced or cut'
)
STREAM_LIVE = Gauge('desk_stream_live', 'Whether the event stream can be reached (1) or not (0)')
COLLECTOR_SECONDS = Histogram(
    'desk_collector_pause_seconds',
    'Pauses of the garbage collector',
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1),
)
LOOP_LAG_SECONDS = Histogram(
    'desk_loop_lag_seconds',
    'How late the event loop woke',
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1),
)
FOREIGN_EVENTS = Counter(
    'desk_foreign_events_total', "Socket messages that named somebody else's page"
)
MALFORMED = Counter(
    'desk_malformed_total', 'What no page or program of ours sends, dropped unread', ['what']
)
THROTTLED = Counter(
    'desk_socket_throttled_total', 'Socket messages that were refused as too many', ['socket']
)
ALERTS_OPEN = Gauge('desk_alerts_open', 'Open alerts to whoever runs the desk', ['kind'])
ALERT_DELIVERIES = Counter(
    'desk_alert_deliveries_total', 'Tries to send a message to the topic of alerts', ['result']
)
BROWSER_ERRORS = Counter('desk_browser_errors_total', 'Errors that browsers reported')
PAGE_ERRORS = Counter('desk_page_errors_total', "Unexpected errors of the desk's pages")
LOOP_FAILURES = Counter(
    'desk_loop_failures_total', 'Unexpected errors that ended a background loop', ['loop']
)
LOG_RECORDS = Counter('desk_log_records_total', 'Log records written', ['level'])
MEMORY_LIMIT_BYTES = Gauge(
    'desk_memory_limit_bytes', "Memory that the process may use: its container's, or the machine's"
)

KNOWN_LABELS: Mapping[Counter, tuple[str, ...]] = {
    SQL_ERRORS: ('away', 'slow', 'read_only'),
    UNREADABLE_EVENTS: ('kind', 'shape'),
    MALFORMED: ('arguments', 'event', 'frame', 'handshake', 'listener', 'program'),
    THROTTLED: ('page', 'program'),
    LOG_RECORDS: ('warning', 'error', 'critical'),
}
"""Exported as 0 from the start: Prometheus does not see the first fault of a counter that appears with it."""
for _counter, _labels in KNOWN_LABELS.items():
    for _label in _labels:
        _counter.labels(_label)

LOOP_PROBE_SECONDS = 0.5
DEPENDENCY_SECONDS = 5.0
"""How often the backing services are asked for an answer."""
ANSWER_SECONDS = 2.0
"""How long one may take to answer, as for ``/readyz``."""
CONTAINER_LIMITS = (
    Path('/sys/fs/cgroup/memory.max'),
    Path('/sys/fs/cgroup/memory/memory.limit_in_bytes'),
)
"""Where Linux tells a container's limit: cgroup v2, v1."""


def watch_collector() -> Callable[[], None]:
    """Measure every pause of the garbage collector; return a function that stops measuring."""
    started = time.perf_counter()

    def measure(phase: str, _: dict[str, Any]) -> None:
        nonlocal started
        if phase == 'start':
            started = time.perf_counter()
        else:
            COLLECTOR_SECONDS.observe(time.perf_counter() - started)

    gc.callbacks.append(measure)
    return lambda: gc.callbacks.remove(measure)


async def watch_loop() -> None:
    """Measure how late the event loop wakes up, until cancelled."""
    while True:
        due = time.perf_counter() + LOOP_PROBE_SECONDS
        await asyncio.sleep(LOOP_PROBE_SECONDS)
        LOOP_LAG_SECONDS.observe(max(0.0, time.perf_counter() - due))


async def watch_dependencies(probes: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Ask each backing service whether it answers, until cancelled; a probe raises when its service does not."""
    while True:
        async with asyncio.TaskGroup() as group:
            for name, probe in probes.items():
                group.create_task(_ask(name, probe))
        await asyncio.sleep(DEPENDENCY_SECONDS)


async def _ask(name: str, probe: Callable[[], Awaitable[None]]) -> None:
    try:
        await asyncio.wait_for(probe(), ANSWER_SECONDS)
    except Exception:  # noqa: BLE001 - each driver has errors of its own, all mean the same here
        DEPENDENCY_UP.labels(name).set(0)
    else:
        DEPENDENCY_UP.labels(name).set(1)


def memory_limit_bytes() -> int:
    """Return how much memory the process may use: the container's limit, or else what the machine has."""
    machine = os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')
    for path in CONTAINER_LIMITS:
        try:
            said = path.read_text().strip()
        except OSError:
            continue
        if said.isdigit():  # "max": none
            return min(int(said), machine)
    return machine
