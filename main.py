"""The desk: composition root and command line.

    python main.py serve      migrate, seed when empty and local, and serve until Ctrl-C   (make run)
    python main.py migrate    bring the tables to the newest revision
    python main.py revision   write a migration out of the models' changes   (make revision MESSAGE='…')
    python main.py seed       fill an empty local desk with demo people and chats
    python main.py admin      make the first administrator                                  (make admin)
    python main.py verify-audit   say whether the audit log is whole          (make verify-audit HEAD=id:hash)

What is served (DESIGN §3)
    /login /auth/…            sign in and out                      pages/login.py, pages/api/auth.py
    /desk /desk/chats/{id}    the agents' workspace                pages/shell.py, pages/desk.py
    /desk/customers …         customers, and bringing them in      pages/customers.py, pages/customer_import.py
    /desk/history …           every past and present contact       pages/history.py
    /desk/audit               who did what to whose data           pages/audit.py
    /talk …                   the customer's side of a chat        pages/talk.py
    /chat/… /customers/… /history/… /ws/{agent_id}
                              REST and WebSocket for programs      pages/api/
    /healthz /readyz /metrics for the machines that run us         pages/api/health.py

What is real and what is simulated: on one machine (``DESK_ENV=local``) PostgreSQL and Valkey are real servers
that ``desk/sandbox`` starts; anywhere else they are the addresses in the settings.
"""

import argparse
import asyncio
import gc
import getpass
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from desk import logging, loops, metrics
from desk.db import Database
from desk.errors import DeskError
from desk.events import Topics
from desk.sandbox import Sandbox, SandboxError
from desk.settings import Settings, SettingsError
from desk.stream import EventStream
from models import migrations
from pages import app as pages_app
from pages.locale import text
from services import admin, registry
from services.admin import NewAdmin
from services.audit_chain import Fault, Head
from services.customer_import import ImportFile

FAULTS = {
    Fault.MISSING: 'it is missing',
    Fault.CHANGED: 'it was changed',
    Fault.UNCHAINED: 'it was not written after the one before it',
    Fault.CUT_OFF: 'the log ends before it, although it was there',
}
ABANDON_SWEEP_SECONDS = 5
TIDY_SECONDS = 60
COMMANDS = ('serve', 'migrate', 'revision', 'seed', 'admin', 'verify-audit')


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One process's connections and the services over them; nothing is open yet."""

    db: Database
    redis: 'Redis'
    stream: EventStream
    services: registry.Services

    @classmethod
    def of(cls, settings: Settings) -> 'House':
        """Put it together as the settings say."""
        db = Database(
            settings.database_url,
            pool_size=settings.pool_size,
            pool_overflow=settings.pool_overflow,
        )
        redis = Redis.from_url(
            settings.redis_url, decode_responses=True, socket_connect_timeout=2, socket_timeout=10
        )
        topics = Topics()
        stream = EventStream(redis, topics, prefix=settings.redis_prefix)
        services = registry.assemble(
            db,
            topics,
            stream,
            redis=redis,
            jwt_secret=settings.jwt_secret_key.get_secret_value(),
            session_hours=settings.session_hours,
        )
        return cls(db=db, redis=redis, stream=stream, services=services)

    async def close(self) -> None:
        """Give every connection back."""
        await self.redis.aclose()
        await self.db.close()


def build(settings: Settings | None = None) -> FastAPI:
    """Put the whole desk together. Opens nothing: connections open in the lifespan."""
    settings = (settings or Settings()).checked()
    house = House.of(settings)
    services = house.services

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await house.stream.open()
        stop_watching = metrics.watch_collector()
        going = {
            'relay': services.relay.carry,
            'sweep': services.relay.sweep,
            'search-index': services.message_search.follow,
            'phone-lookup': services.phone_lookup.follow,
            'stream': house.stream.follow,
            'abandoned': lambda: _give_up_silent(services, settings),
            'tidying': lambda: _tidy(services),
            'loop-lag': metrics.watch_loop,
        }
        try:
            async with loops.running(going):
                yield
        finally:
            stop_watching()
            await house.close()

    async def ping_redis() -> None:
        await house.redis.ping()

    probes = {'postgresql': house.db.ping, 'redis': ping_redis}
    return pages_app.create(services, settings, lifespan=lifespan, probes=probes)


async def _give_up_silent(services: registry.Services, settings: Settings) -> None:
    while True:
        await services.visits.give_up_silent(timedelta(seconds=settings.abandon_after_seconds))
        await asyncio.sleep(ABANDON_SWEEP_SECONDS)


async def _tidy(services: registry.Services) -> None:
    while True:
        await services.sign_ins.tidy()
        await ImportFile.tidy()
        await asyncio.sleep(TIDY_SECONDS)


@contextmanager
def backed(settings: Settings) -> Iterator[Settings]:
    """Give settings whose every backing service is there: started here where no address is set."""
    settings.checked()
    if settings.is_production or (settings.database_url and settings.redis_url):
        yield _with_secret(settings)
        return
    with Sandbox(settings.desk_home) as urls:
        yield _with_secret(
            settings.model_copy(
                update={
                    'database_url': settings.database_url or urls.database_url,
                    'redis_url': settings.redis_url or urls.redis_url,
                }
            )
        )


def _with_secret(settings: Settings) -> Settings:
    """Give a local desk a secret of its own, kept in its home so that tokens survive a restart."""
    if settings.jwt_secret_key.get_secret_value():
        return settings
    settings.desk_home.mkdir(parents=True, exist_ok=True)
    kept = settings.desk_home / 'jwt-secret'
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return settings.model_copy(update={'jwt_secret_key': SecretStr(kept.read_text())})


def tune_collector() -> None:
    """Keep the garbage collector out of the way: with the defaults it alone stops 500 agents for 0.6 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 20)  # nicegui.md: p99 at 500 agents 663 -> 76 ms


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    app = build(settings)
    tune_collector()
    server_of(app, settings).run()


def server_of(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Return the tuned server of an application (DESIGN §4.11); the benchmark's baseline runs in the same."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop='uvloop',
        http='httptools',
        ws='websockets-sansio',
        ws_per_message_deflate=False,  # costs 100 KB an agent (nicegui.md §0.3)
        proxy_headers=True,
        access_log=False,  # the desk logs its own requests, without queries
        log_config=None,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


async def fill_with_demo(settings: Settings) -> bool:
    """Fill an empty local desk with demo people and chats; returns whether it was empty."""
    from services import seed  # noqa: PLC0415 - needs Faker, which is not installed where production runs

    house = House.of(settings)
    try:
        return await seed.seed(house.services, house.db, settings)
    finally:
        await house.close()


def ask_for_admin() -> NewAdmin:
    """Ask at the terminal who the first administrator is."""
    return NewAdmin(
        username=input('Username: ').strip(),
        email=input('E-mail: ').strip(),
        last_name=input('Family name: ').strip(),
        first_name=input('Given name: ').strip(),
        password=getpass.getpass('Password (12 characters or more): '),
    )


async def make_first_admin(settings: Settings, new: NewAdmin) -> None:
    """Make the first administrator. Raises what ``services.admin`` raises."""
    house = House.of(settings)
    try:
        agent = await admin.make_first_admin(house.db, new)
    finally:
        await house.close()
    print(f'{agent.username} may sign in at /login.')


async def verify_audit(settings: Settings, kept: Head | None) -> bool:
    """Say whether the audit log is whole, and where it is not; returns whether it is."""
    house = House.of(settings)
    try:
        chain = await house.services.audit_log.verified(kept)
    finally:
        await house.close()
    if chain.fault is not None:
        print(f'The audit log is broken at entry {chain.broken_at}: {FAULTS[chain.fault]}.')
    print(f'Whole up to entry {chain.head.id}. Keep this head in another place: {chain.head}')
    return chain.is_whole


def announce(settings: Settings) -> None:
    """Say where the desk is and, on one machine, who may sign in."""
    print(f'\n  The desk is at http://{settings.host}:{settings.port}  (customers: /talk)')
    if not settings.is_production:
        print('  Demo accounts: agent1 … agent8, supervisor1, admin1 · password desk-demo-1234')
    print('  Ctrl-C stops all of it.\n', flush=True)


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog='main.py', description='The desk.')
    parser.add_argument('command', choices=COMMANDS)
    parser.add_argument('--message', default='', help='what a new revision changes')
    parser.add_argument(
        '--head', default='', help='of the audit log, as an earlier verify-audit printed it'
    )
    parsed = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    try:
        settings = Settings()
        logging.configure(level=settings.log_level, as_json=settings.is_production)
        with backed(settings) as ready:
            return _run(parsed.command, ready, message=parsed.message, head=parsed.head)
    except KeyboardInterrupt:
        return 0
    except DeskError as error:
        sys.stderr.write(f'{text("en", error.key, **error.values)}\n')
        return 1
    except (SettingsError, SandboxError) as error:
        sys.stderr.write(f'{error}\n')
        return 2


def _leave(_signal: int, _frame: object) -> None:
    """Leave in order, also before the server has taken over the signals: what was started is stopped."""
    raise KeyboardInterrupt


def _run(command: str, settings: Settings, *, message: str, head: str) -> int:
    if command == 'migrate' or not settings.is_production:
        migrations.upgrade(settings.database_url)
    if command == 'revision':
        migrations.generate(settings.database_url, message)
    if command == 'admin':
        asyncio.run(make_first_admin(settings, ask_for_admin()))
    if command == 'seed' or (command == 'serve' and not settings.is_production):
        asyncio.run(fill_with_demo(settings))
    if command == 'serve':
        announce(settings)
        serve(settings)
    if command == 'verify-audit':
        kept = Head.of(head) if head else None
        return 0 if asyncio.run(verify_audit(settings, kept)) else 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
