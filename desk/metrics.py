"""The desk's Prometheus metrics. One registry a process."""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter('desk_requests_total', 'HTTP requests answered', ['method', 'route', 'status'])
REQUEST_SECONDS = Histogram('desk_request_seconds', 'Time to answer an HTTP request', ['route'])
SQL_SECONDS = Histogram(
    'desk_sql_seconds',
    'Time of one SQL statement',
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5),
)
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
ALERTS_OPEN = Gauge('desk_alerts_open', 'Open alerts to whoever runs the desk', ['kind'])
ALERT_DELIVERIES = Counter(
    'desk_alert_deliveries_total', 'Tries to send a message to the topic of alerts', ['result']
)
BROWSER_ERRORS = Counter('desk_browser_errors_total', 'Errors that browsers reported')

LOOP_PROBE_SECONDS = 0.5


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
