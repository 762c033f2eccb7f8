"""The desk: composition root and command line.

    python main.py serve      migrate and seed a local desk, then serve until Ctrl-C    (make run)
    python main.py migrate    bring the tables to the newest revision
    python main.py revision   write a migration out of the models' changes   (make revision MESSAGE='…')
    python main.py seed       fill an empty local desk with demo people and chats
    python main.py admin      make the first administrator                                  (make admin)
    python main.py replay     assign a past day's contacts again and list the differences   (make replay DAY=2026-11-29)
    python main.py verify-audit   check that the audit log was not altered      (make verify-audit HEAD=id:hash)

Paths and the modules that serve them
    /login /auth/… /account /invite/… /reset/… /setup/…  signing in, one's own account  pages/{login,account,invite,reset,setup}.py, pages/api/{auth,sso}.py
    /desk /desk/chats/{id}    the agents' workspace                pages/shell.py, pages/desk.py
    /desk/customers …         customers, and their import          pages/customers.py, pages/customer_import.py
    /desk/history …           every past and present contact       pages/history.py
    /desk/dashboard, /reports   the live floor; figures of any period    pages/dashboard.py, pages/reports.py
    /desk/audit, /settings    the audit log; queues and people     pages/audit.py, pages/settings_screens.py
    /talk …                   the customer's side of a chat        pages/talk.py
    /widget.js …              the chat on other sites              pages/widget.py
    /chat/… /customers/… /calls/… /callbacks/… /history/… /contacts/… /ws/{agent_id}
                              REST and WebSocket for programs      pages/api/
    /healthz /readyz /metrics liveness, readiness, Prometheus      pages/api/health.py

What is real and what is simulated: on one machine (``DESK_ENV=local``) PostgreSQL and Valkey are real servers
that ``desk/sandbox`` starts; anywhere else they are the addresses in the settings.
"""

import gc

gc.disable()  # until all is imported, which leaves no garbage: looking for some takes a fourth of the start

import argparse
import asyncio
import getpass
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, time, timedelta

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from desk import clock, logging, loops, metrics, tracing
from desk.draining import DrainingServer, StopState
from desk.errors import DeskError
from desk.server_protocols import MAX_FRAME_BYTES, LimitedHttp, LimitedWebSocket
from desk.settings import Settings, StartError
from desk.telemetry.start import seeing
from models import migrations
from pages import app as pages_app
from pages.locale import text
from pages.web.softphone import Softphone
from services import housekeeping
from services.audit.chain import ChainFault, Head
from services.audit.heads import ship_heads
from services.floor import replay
from services.people import admin
from services.people.admin import NewAdmin
from services.process import ProcessResources, opened

gc.enable()

FAULTS = {
    ChainFault.MISSING: 'it is missing',
    ChainFault.CHANGED: 'it was changed',
    ChainFault.UNCHAINED: 'it was not written after the one before it',
    ChainFault.CUT_OFF: 'the log ends before it, although it was there',
}
ACCOUNT_COMMANDS = ('sign-out', 'block', 'unblock')
KEEP_ALIVE_SECONDS = 130
"""Longer than a load balancer keeps an idle connection (120 s in deploy/templates): a request sent on one that the desk closes fails."""
COMMANDS = ('serve', 'migrate', 'revision', 'seed', 'admin', 'replay', 'verify-audit', *ACCOUNT_COMMANDS)  # fmt: skip


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
        metrics.MEMORY_LIMIT_BYTES.set(metrics.memory_limit_bytes())
        resources.db.report_connections()
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
            'operator-alerts': services.operator_alerts.follow,
            'alert-deliveries': services.alert_deliveries.follow,
            'rollups': services.rollups.follow,
            'softphones': services.softphones.follow,
            **housekeeping.tasks(services, patience),
            'audit-heads': lambda: ship_heads(services.audit_log),
            'loop-lag': metrics.watch_loop,
            'dependencies': lambda: metrics.watch_dependencies(probes),
            'outbox-watch': services.relay.watch,
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
    app = pages_app.create(
        services, settings, lifespan=lifespan, probes=probes, softphone=softphone
    )
    tracing.watch(app)
    return app


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

    Raises ``StartError`` in production when the database role could change the audit log, and when traces or faults
    are asked for and what they need is not installed.
    """
    with seeing(settings):
        if settings.is_production:
            asyncio.run(require_protected_audit_log(settings))
        asyncio.run(announce(settings))
        app = build(settings)
        tune_collector()
        server_of(app, settings).run()


def server_of(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """Return the tuned server for an application; the benchmark's baseline uses it too.

    While it drains (``desk.draining``) the application's ``/readyz`` answers 503.
    """
    app.state.stop_state = stop_state = StopState()
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
        timeout_keep_alive=KEEP_ALIVE_SECONDS if settings.is_production else 5,
    )
    return DrainingServer(config, drain_seconds=settings.seconds_to_drain, stop_state=stop_state)


async def fill_with_demo(settings: Settings) -> bool:
    """Fill an empty local desk with demo people and chats. Return whether it was empty."""
    from services.demo import seed  # noqa: PLC0415 - the production image has no demo desk

    async with opened(settings) as resources:
        return await seed.seed(resources.services, resources.db, settings)


@contextmanager
def demo_shop(settings: Settings) -> Iterator[None]:
    """Serve the demo's shop beside a local desk: another site, with the chat on its pages (docs/widget.md)."""
    if settings.is_production or not (settings.has_demo_people and settings.connect_sandbox):
        yield
        return
    from desk.sandbox import shop  # noqa: PLC0415 - the production image has no sandbox
    from services.demo.shop import LetIn, let_in  # noqa: PLC0415 - nor a demo

    async def ask(origin: str, kept: str) -> LetIn | None:
        async with opened(settings) as resources:
            return await let_in(resources.services, resources.db, origin, kept)

    with shop.beside(f'http://{settings.host}:{settings.port}', settings.desk_home) as (site, port):
        origin = f'http://localhost:{port}'
        if given := asyncio.run(ask(origin, site.secret)):
            site.take(given.secret, given.claims)
            print(f'\n  A shop with the chat on its pages: {origin}', flush=True)
        yield


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
    async with opened(settings) as resources:
        agent = await admin.make_first_admin(resources.db, new)
    print(f'{agent.username} may sign in at /login.')


async def change_account(settings: Settings, command: str, who: str) -> None:
    """Sign a person out, block them or unblock them. Raises the errors of ``services.people.accounts``."""
    async with opened(settings) as resources:
        accounts = resources.services.accounts
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


async def verify_audit(settings: Settings, kept: Head | None) -> bool:
    """Print whether the audit log is unaltered, and where it is not. Return whether it is."""
    async with opened(settings) as resources:
        chain = await resources.services.audit_log.verified(kept)
    if chain.fault is not None:
        print(f'The audit log is broken at entry {chain.broken_at}: {FAULTS[chain.fault]}.')
    print(f'Whole up to entry {chain.head.id}. Keep this head in another place: {chain.head}')
    return chain.is_whole


async def replay_day(settings: Settings, day: date) -> bool:
    """Assign the contacts of a day (in Seoul) again. Return whether every assignment came out the same."""
    since = datetime.combine(day, time(), clock.SEOUL)
    async with opened(settings) as resources:
        result = await replay.replay(resources.db, since, since + timedelta(days=1))
    print(f'{day}: {result}')
    return not result.different


async def require_protected_audit_log(settings: Settings) -> None:
    """Raise ``StartError`` when the database role could change the audit log."""
    async with opened(settings) as resources:
        is_guarded = await resources.services.audit_log.is_guarded()
    if not is_guarded:
        message = (
            'DESK_ENV=production cannot start:\n  - DATABASE_URL connects as a role that could change or drop the audit log; '
            'let another role own the tables (DATABASE_OWNER_URL, python main.py migrate, docs/decisions/0021)'
        )
        raise StartError(message)


async def announce(settings: Settings) -> None:
    """Print the desk's address, a local desk's demo accounts, and the link of a desk that nobody administers.

    The link makes the first administrator: it is printed here only, and never logged.
    """
    here = f'http://{settings.host}:{settings.port}'
    async with opened(settings) as resources:
        link = await resources.services.setup_links.make()
    print(f'\n  The desk is at {here}  (customers: /talk)')
    if settings.has_demo_people:
        print('  Demo accounts: agent1 … agent8, supervisor1, admin1 · password desk-demo-1234')
    if link is not None:
        print('  Nobody administers it yet. Within 30 minutes, open this link, once:')
        print(f'  {settings.public_url.rstrip("/") or here}/setup/{link.token}')
    print('  Ctrl-C stops all of it.\n', flush=True)


def main(arguments: list[str]) -> int:
    """Run one command. Return the exit code."""
    gc.freeze()  # what was imported stays
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
        logging.log_uncaught()
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
    if command == 'seed' or (command == 'serve' and settings.has_demo_people):
        asyncio.run(fill_with_demo(settings))
    if command == 'serve':
        with demo_shop(settings):
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
