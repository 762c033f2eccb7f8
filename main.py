"""The desk: composition root and command line.

    python main.py serve      migrate and seed a local desk, then serve until Ctrl-C    (make run)
    python main.py migrate    bring the tables to the newest revision
    python main.py revision   write a migration out of the models' changes   (make revision MESSAGE='…')
    python main.py seed       fill an empty local desk with demo people and chats
    python main.py admin      make the first administrator                                  (make admin)
    python main.py replay     assign a past day's contacts again and list the differences   (make replay DAY=2026-11-29)
    python main.py verify-audit   check that the audit log was not altered      (make verify-audit HEAD=id:hash)

Paths and the modules that serve them
    /login /auth/… /account /invite/… /reset/…  signing in, one's own account  pages/{login,account,invite,reset}.py, pages/api/{auth,sso}.py
    /desk /desk/chats/{id}    the agents' workspace                pages/shell.py, pages/desk.py
    /desk/customers …         customers, and their import          pages/customers.py, pages/customer_import.py
    /desk/history …           every past and present contact       pages/history.py
    /desk/dashboard, /reports   the live floor; figures of any period    pages/dashboard.py, pages/reports.py
    /desk/audit, /settings    the audit log; queues and people     pages/audit.py, pages/settings_screens.py
    /talk …                   the customer's side of a chat        pages/talk.py
    /chat/… /customers/… /calls/… /callbacks/… /history/… /contacts/… /ws/{agent_id}
                              REST and WebSocket for programs      pages/api/
    /healthz /readyz /metrics liveness, readiness, Prometheus      pages/api/health.py

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
from datetime import date, datetime, time, timedelta

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from desk import clock, logging, loops, metrics
from desk.db import Database
from desk.errors import DeskError
from desk.events import Topics
from desk.server_protocols import MAX_FRAME_BYTES, LimitedHttp, LimitedWebSocket
from desk.settings import Settings, StartError
from desk.stream import EventStream
from models import migrations
from pages import app as pages_app
from pages.locale import text
from pages.web.softphone import Softphone
from services import housekeeping, registry
from services.audit.chain import ChainFault, Head
from services.audit.heads import ship_heads
from services.aws.connection import ConnectConnection, connection_for
from services.calls.dial_rules import QuietHours
from services.files.files import FileSetup
from services.floor import replay
from services.identity.setup import IdentitySetup
from services.people import admin
from services.people.admin import NewAdmin
from services.sentiment.setup import SentimentSetup

FAULTS = {
    ChainFault.MISSING: 'it is missing',
    ChainFault.CHANGED: 'it was changed',
    ChainFault.UNCHAINED: 'it was not written after the one before it',
    ChainFault.CUT_OFF: 'the log ends before it, although it was there',
}
ACCOUNT_COMMANDS = ('sign-out', 'block', 'unblock')
COMMANDS = ('serve', 'migrate', 'revision', 'seed', 'admin', 'replay', 'verify-audit', *ACCOUNT_COMMANDS)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessResources:
    """Hold one process's connections and the services that use them. Creating it opens nothing."""

    db: Database
    redis: 'Redis'
    stream: EventStream
    services: registry.Services
    connect: ConnectConnection | None

    @classmethod
    def of(cls, settings: Settings, *, has_softphone: bool = False) -> 'ProcessResources':
        """Create the connections and services that the settings ask for."""
        db = Database(
            settings.database_url,
            pool_size=settings.pool_size,
            pool_overflow=settings.pool_overflow,
        )
        redis = Redis.from_url(
            settings.redis_url,
            decode_responses=True,
            encoding_errors='replace',  # a stream entry that is not UTF-8 must not stop the reader
            socket_connect_timeout=2,
            socket_timeout=10,
        )
        stream = EventStream(redis, topics := Topics(), prefix=settings.redis_prefix)
        connect = connection_for(settings)
        services = registry.assemble(
            db,
            topics,
            stream,
            redis=redis,
            jwt_secret=settings.jwt_secret_key.get_secret_value(),
            session_hours=settings.session_hours,
            sentiment=SentimentSetup.of(settings),
            connect=connect,
            quiet_hours=QuietHours.of(settings.quiet_hours),
            has_softphone=has_softphone,
            identity=IdentitySetup.of(settings),
            files=FileSetup.of(settings),
        )
        return cls(db=db, redis=redis, stream=stream, services=services, connect=connect)

    async def close(self) -> None:
        """Close every connection."""
        if self.connect is not None:
            await self.connect.close()
        await self.services.files.close()
        if self.services.sentiment_judge is not None:
            await self.services.sentiment_judge.close()
        if self.services.single_sign_on is not None:
            await self.services.single_sign_on.close()
        await self.redis.aclose()
        await self.db.close()


def build(settings: Settings | None = None) -> FastAPI:
    """Build the whole application. Opens nothing: connections open in the lifespan."""
    settings = (settings or Settings()).checked()
    softphone = Softphone.of(settings)
    resources = ProcessResources.of(settings, has_softphone=softphone is not None)
    services, patience = resources.services, timedelta(seconds=settings.abandon_after_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await resources.stream.open()
        stop_watching = metrics.watch_collector()
        going = {
            'relay': services.relay.carry,
            'sweep': services.relay.sweep,
            'search-index': services.message_search.follow,
            'phone-lookup': services.phone_lookup.follow,
            'stream': resources.stream.follow,
            'routing': services.router.follow,
            'presence': services.presence.follow,
            'board': services.board.follow,
            'alerts': services.alerts.follow,
            'rollups': services.rollups.follow,
            **housekeeping.tasks(services, patience),
            'audit-heads': lambda: ship_heads(services.audit_log),
            'loop-lag': metrics.watch_loop,
            **services.optional_loops,
        }
        try:
            async with loops.running(going):
                yield
        finally:
            stop_watching()
            await resources.close()

    async def ping_redis() -> None:
        await resources.redis.ping()

    probes = {'postgresql': resources.db.ping, 'redis': ping_redis}
    return pages_app.create(
        services, settings, lifespan=lifespan, probes=probes, softphone=softphone
    )


@contextmanager
def with_backing_services(settings: Settings, *, with_connect: bool = False) -> Iterator[Settings]:
    """Yield settings in which every backing service has an address; a local desk starts the missing services here."""
    settings.checked()
    if settings.is_production:
        yield _with_secret(settings)
        return
    from desk.sandbox import backing  # noqa: PLC0415 - the production image has no sandbox

    with backing.backed(settings, with_connect=with_connect) as ready:
        yield _with_secret(ready)


def _with_secret(settings: Settings) -> Settings:
    """Give a local desk its own JWT secret, kept in ``DESK_HOME`` so that tokens survive a restart."""
    if settings.jwt_secret_key.get_secret_value():
        return settings
    settings.desk_home.mkdir(parents=True, exist_ok=True)
    if not (kept := settings.desk_home / 'jwt-secret').exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return settings.model_copy(update={'jwt_secret_key': SecretStr(kept.read_text())})


def tune_collector() -> None:
    """Make garbage collection rarer: Python's default thresholds stop a process with 500 agents for 0.6 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 20)  # measured: p99 at 500 agents 663 -> 76 ms


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises ``StartError`` in production when the database role could change the audit log.
    """
    if settings.is_production:
        asyncio.run(require_protected_audit_log(settings))
    announce(settings)
    app = build(settings)
    tune_collector()
    server_of(app, settings).run()


def server_of(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Return the tuned server for an application; the benchmark's baseline uses it too."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop='uvloop',
        http=LimitedHttp,
        ws=LimitedWebSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,  # measured: costs 100 KB an agent
        proxy_headers=True,
        access_log=False,  # the desk logs its own requests, without queries
        log_config=None,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


async def fill_with_demo(settings: Settings) -> bool:
    """Fill an empty local desk with demo people and chats. Return whether it was empty."""
    from services.demo import seed  # noqa: PLC0415 - the production image has no demo desk

    resources = ProcessResources.of(settings)
    try:
        return await seed.seed(resources.services, resources.db, settings)
    finally:
        await resources.close()


def ask_for_admin() -> NewAdmin:
    """Ask at the terminal for the first administrator's names, e-mail and password."""
    return NewAdmin(
        username=input('Username: ').strip(),
        email=input('E-mail: ').strip(),
        last_name=input('Family name: ').strip(),
        first_name=input('Given name: ').strip(),
        password=getpass.getpass('Password (12 characters or more): '),
    )


async def make_first_admin(settings: Settings, new: NewAdmin) -> None:
    """Create the first administrator. Raises the errors of ``services.people.admin``."""
    resources = ProcessResources.of(settings)
    try:
        agent = await admin.make_first_admin(resources.db, new)
    finally:
        await resources.close()
    print(f'{agent.username} may sign in at /login.')


async def change_account(settings: Settings, command: str, who: str) -> None:
    """Sign a person out, block them or unblock them. Raises the errors of ``services.people.accounts``."""
    resources = ProcessResources.of(settings)
    accounts = resources.services.accounts
    try:
        match command:
            case 'sign-out':
                ended = await accounts.sign_out_everywhere(None, who)
                print(f'{ended} sessions of {who} ended.')
            case 'block':
                await accounts.block(None, who)
                print(f'{who} is blocked: no session is left, and none can begin.')
            case _:
                await accounts.unblock(None, who)
                print(f'{who} may sign in again.')
    finally:
        await resources.close()


async def verify_audit(settings: Settings, kept: Head | None) -> bool:
    """Print whether the audit log is unaltered, and where it is not. Return whether it is."""
    resources = ProcessResources.of(settings)
    try:
        chain = await resources.services.audit_log.verified(kept)
    finally:
        await resources.close()
    if chain.fault is not None:
        print(f'The audit log is broken at entry {chain.broken_at}: {FAULTS[chain.fault]}.')
    print(f'Whole up to entry {chain.head.id}. Keep this head in another place: {chain.head}')
    return chain.is_whole


async def replay_day(settings: Settings, day: date) -> bool:
    """Assign the contacts of a day (in Seoul) again. Return whether every assignment came out the same."""
    resources = ProcessResources.of(settings)
    since = datetime.combine(day, time(), clock.SEOUL)
    try:
        result = await replay.replay(resources.db, since, since + timedelta(days=1))
    finally:
        await resources.close()
    print(f'{day}: {result}')
    return not result.different


async def require_protected_audit_log(settings: Settings) -> None:
    """Raise ``StartError`` when the database role could change the audit log."""
    resources = ProcessResources.of(settings)
    try:
        is_guarded = await resources.services.audit_log.is_guarded()
    finally:
        await resources.close()
    if not is_guarded:
        message = (
            'DESK_ENV=production cannot start:\n  - DATABASE_URL connects as a role that could change or drop the audit log; '
            'let another role own the tables (DATABASE_OWNER_URL, python main.py migrate, docs/decisions/0021)'
        )
        raise StartError(message)


def announce(settings: Settings) -> None:
    """Print the desk's address and, on a local desk, the demo accounts."""
    print(f'\n  The desk is at http://{settings.host}:{settings.port}  (customers: /talk)')
    if not settings.is_production:
        print('  Demo accounts: agent1 … agent8, supervisor1, admin1 · password desk-demo-1234')
    print('  Ctrl-C stops all of it.\n', flush=True)


def main(arguments: list[str]) -> int:
    """Run one command. Return the exit code."""
    parser = argparse.ArgumentParser(prog='main.py', description='The desk.')
    parser.add_argument('command', choices=COMMANDS)
    parser.add_argument('username', nargs='?', default='', help='whose account, or their id')
    parser.add_argument('--message', default='', help='what a new revision changes')
    parser.add_argument('--day', default='', help='to replay, e.g. 2026-11-29; else today')
    parser.add_argument(
        '--head', default='', help='of the audit log, as an earlier verify-audit printed it'
    )
    parsed = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, _leave)
    try:
        settings = Settings()
        logging.configure(level=settings.log_level, as_json=settings.is_production)
        with with_backing_services(settings, with_connect=parsed.command == 'serve') as ready:
            return _run(parsed, ready)
    except KeyboardInterrupt:
        return 0
    except DeskError as error:
        sys.stderr.write(f'{text("en", error.key, **error.values)}\n')
        return 1
    except StartError as error:
        sys.stderr.write(f'{error}\n')
        return 2


def _leave(_signal: int, _frame: object) -> None:
    """Stop in order on a signal, also before uvicorn handles signals: the backing services are stopped too."""
    raise KeyboardInterrupt


def _run(parsed: argparse.Namespace, settings: Settings) -> int:
    command: str = parsed.command
    if command == 'migrate' or not settings.is_production:
        migrations.upgrade(settings.migration_url, used_by=settings.database_url)
    if command == 'revision':
        migrations.generate(settings.migration_url, parsed.message)
    if command == 'admin':
        asyncio.run(make_first_admin(settings, ask_for_admin()))
    if command in ACCOUNT_COMMANDS:
        asyncio.run(change_account(settings, command, parsed.username))
    if command == 'seed' or (command == 'serve' and not settings.is_production):
        asyncio.run(fill_with_demo(settings))
    if command == 'serve':
        serve(settings)
    return 0 if _check_passed(parsed, settings) else 1


def _check_passed(parsed: argparse.Namespace, settings: Settings) -> bool:
    """Run the command if it is a check (``replay``, ``verify-audit``) and return its result; ``True`` for any other command."""
    if parsed.command == 'replay':
        day = parsed.day or clock.now().astimezone(clock.SEOUL).date().isoformat()
        return asyncio.run(replay_day(settings, date.fromisoformat(day)))
    if parsed.command == 'verify-audit':
        kept = Head.of(parsed.head) if parsed.head else None
        return asyncio.run(verify_audit(settings, kept))
    return True


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
