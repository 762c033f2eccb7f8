"""The desk as a process of the benchmark: the real application in its real server, with two changes.

The brakes on how fast one person may write are open, and ``/bench/…`` tells what cannot be seen from outside.
Settings come from the environment, as always.
"""

import asyncio
import gc
import json
import time
from collections import Counter
from urllib.parse import parse_qs

from nicegui import Client
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

import main as desk_main
from desk import logging, metrics
from desk.settings import Settings
from desk.telemetry.start import seeing
from desk.throttle import Throttle
from pages.api import program
from pages.web import socket_packets
from services import assembly
from services.chats import chats, visits
from services.floor.router import Router
from tests.support.statements import each_statement

OPEN = 10**9
ROUNDS: list[float] = []
"""How long the round took that made each offer, in milliseconds."""
STATEMENTS: Counter[str] = Counter()
"""What was asked of the database since the process began, by statement."""
ASKERS: Counter[str] = Counter()
"""The same by who asked: one of the process's loops by its name, ``pages`` for everything else."""
UNNAMED = ('Task-', 'unnamed task')
"""How asyncio and NiceGUI call tasks without a name."""


class TimedRouter(Router):
    """The router, which notes how long its rounds take."""

    @override
    async def _round(self) -> int:
        begun = time.perf_counter()
        made = await super()._round()
        ROUNDS.extend([(time.perf_counter() - begun) * 1000] * made)
        return made


class Probe:
    """Answers ``/bench/cpu`` (seconds of the loop's thread), ``/bench/pages``, ``/bench/kept`` (updates that no page has acknowledged), ``/bench/collect``, ``/bench/routing``, ``/bench/statements``, ``/bench/askers``, ``/bench/page?client_id=``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http' and scope['path'].startswith('/bench/'):
            query = {
                name: value[0] for name, value in parse_qs(scope['query_string'].decode()).items()
            }
            body = json.dumps(_found(scope['path'], query)).encode()
            await send({'type': 'http.response.start', 'status': 200, 'headers': []})
            await send({'type': 'http.response.body', 'body': body})
            return
        await self._app(scope, receive, send)


def _found(path: str, query: dict[str, str]) -> object:
    if path == '/bench/cpu':
        return time.thread_time()
    if path == '/bench/pages':
        return len(Client.instances)
    if path == '/bench/kept':
        return sum(len(one.outbox.message_history) for one in Client.instances.values())
    kept = {'/bench/routing': ROUNDS, '/bench/statements': STATEMENTS, '/bench/askers': ASKERS}
    if path in kept:
        return kept[path]
    if path == '/bench/collect':
        return _held()
    elements = Client.instances[query['client_id']].elements.values()
    messages = sum('data-number' in element.props for element in elements)
    return {'elements': len(elements), 'messages': messages}


def _count(statement: str, _values: object) -> None:
    STATEMENTS[statement] += 1
    task = asyncio.current_task()
    name = task.get_name() if task else ''
    ASKERS['pages' if name.startswith(UNNAMED) else name] += 1


def _held() -> dict[str, float]:
    """Count what the process holds once that which can be collected is."""
    gc.collect()
    clients = Client.instances.values()
    return {
        'pages': len(clients),
        'elements': sum(len(client.elements) for client in clients),
        'objects': len(gc.get_objects()),
        'subscriptions': metrics.SUBSCRIPTIONS._value.get(),
        'tasks': len(asyncio.all_tasks()),
    }


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    logging.configure(level='INFO', as_json=True)
    chats.REPLIES = Throttle(limit=OPEN, seconds=0)
    visits.LINES = Throttle(limit=OPEN, seconds=0)
    program.FRAMES_SECONDS = socket_packets.EVENTS_SECONDS = 0
    vars(assembly)['Router'] = TimedRouter
    with seeing(settings), each_statement(_count):
        app = desk_main.build(settings)
        app.add_middleware(Probe)
        desk_main.tune_collector()
        desk_main.server_of(app, settings).run()


if __name__ == '__main__':
    main()
