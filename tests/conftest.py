"""The one test harness: a real PostgreSQL and Valkey, a database for each test, cloned from a migrated template.

``services`` is a whole desk without its web side, ``make`` gives valid rows, ``another_desk`` is a second process's
worth of services on the same data.
"""

import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from pydantic import SecretStr
from structlog.dev import plain_traceback

from desk import loops, passwords
from desk.db import Database
from desk.events import Topics
from desk.redis_client import redis_client
from desk.sandbox import BackingUrls, Sandbox
from desk.settings import Settings
from desk.stream import EventStream
from models import migrations
from services import assembly
from services.alerting.setup import AlertSetup
from services.aws.connection import ConnectConnection
from services.aws.object_store import S3
from services.calls.dial_rules import QuietHours
from services.chats import chats, notes, visits
from services.files.intake import FileSetup
from services.identity.setup import IdentitySetup
from services.registry import Services
from services.sentiment.setup import SentimentSetup
from tests.support import collecting, objects
from tests.support.databases import Shelf, address, app_address, drop, server_of
from tests.support.make import Make
from tests.support.valkey import PrivateValkey, running_valkey

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.TimeStamper(fmt='iso', utc=True),
        # A drawn traceback takes a second of the loop, and a desk whose database is away logs several.
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain_traceback),
    ]
)

HOME = Path(__file__).parent.parent / '.cache' / 'tests'
COLLECTED_AFTER = (20_000, 20, 50)
"""Python's own 700 look through the whole heap once a page test; a served desk collects seldom as well (``main.py``)."""
SECRET = 'a-secret-of-the-tests-that-is-long-enough'


def pytest_collection() -> None:
    """Look for no garbage while all modules are imported: there is none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what all tests stand on out of later collections: NiceGUI's helpers ask for two a page, of the whole heap."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(*COLLECTED_AFTER)
    collecting.seldom()


@pytest.fixture(scope='session')
def backing() -> Iterator[BackingUrls]:
    """Real servers, shared by every worker of the run."""
    with Sandbox(HOME, durable=False) as urls:
        yield urls


@pytest.fixture(scope='session')
def template(backing: BackingUrls) -> Iterator[str]:
    """The name of a migrated, empty database of this worker's own."""
    name = f'template_{os.environ.get("PYTEST_XDIST_WORKER", "one")}_{os.getpid()}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name}')
    migrations.upgrade(address(backing, name), used_by=app_address(backing, name))
    yield name
    drop(backing, name)


@pytest.fixture(scope='session')
def shelf(backing: BackingUrls, template: str) -> Iterator[Shelf]:
    """This worker's databases: emptied and used again, since dropping one costs more than a test."""
    shelf = Shelf(backing, template)
    yield shelf
    shelf.clear()


@pytest.fixture
def settings(backing: BackingUrls, shelf: Shelf, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a desk on an empty database of its own."""
    name = shelf.take()
    yield Settings(
        _env_file=None,
        desk_home=tmp_path,
        database_url=app_address(backing, name),
        database_owner_url=address(backing, name),
        redis_url=backing.redis_url,
        redis_prefix=f'test_{uuid4().hex}',
        jwt_secret_key=SecretStr(SECRET),
        pool_size=5,
        connect_sandbox=False,
        quiet_hours='',
    )
    shelf.put_back(name)


@pytest.fixture
async def desks(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[Services]]]:
    """Start as many desks (without a web side) as a test wants, all on the same data."""
    async with AsyncExitStack() as stack:

        async def start() -> Services:
            return await stack.enter_async_context(assembled(settings))

        yield start


@pytest.fixture
async def services(desks: Callable[[], Awaitable[Services]]) -> Services:
    """A desk without its web side."""
    return await desks()


@pytest.fixture
async def another_desk(desks: Callable[[], Awaitable[Services]]) -> Services:
    """A second desk on the same data, as another process would be."""
    return await desks()


@pytest.fixture
async def make(settings: Settings) -> AsyncIterator[Make]:
    """Valid rows: a test says only what matters to it."""
    async with making(settings) as make:
        yield make


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The tables themselves, for what no service tells."""
    db = Database(settings.database_url, pool_size=2)
    yield db
    await db.close()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[PrivateValkey]:
    """A Valkey of the test's own, which may be stalled, killed and emptied."""
    with running_valkey(tmp_path / 'valkey') as server:
        yield server


@pytest.fixture
def bucket_folder(tmp_path: Path) -> Path:
    """Where ``bucket`` keeps its objects."""
    return tmp_path / 'objects'


@pytest.fixture
def bucket_address(bucket_folder: Path) -> Iterator[str]:
    """The address of the sandbox's S3."""
    with objects.running(bucket_folder) as address:
        yield address


@pytest.fixture
async def bucket(bucket_address: str) -> AsyncIterator[S3]:
    """A bucket of the sandbox, for real boto3."""
    bucket = objects.bucket_at(bucket_address)
    yield bucket
    await bucket.close()


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """Forget how often other tests did something, and hash as cheaply as ``make`` does."""
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)
    chats.REPLIES.reset()
    visits.LINES.reset()
    notes.NOTES.reset()


@asynccontextmanager
async def making(settings: Settings) -> AsyncIterator[Make]:
    """Make rows on a connection of their own."""
    db = Database(settings.database_url, pool_size=1)
    yield Make(db)
    await db.close()


@asynccontextmanager
async def assembled(
    settings: Settings,
    *,
    connect: ConnectConnection | None = None,
    sentiment: SentimentSetup | None = None,
    identity: IdentitySetup | None = None,
    files: FileSetup | None = None,
    alerts: AlertSetup | None = None,
) -> AsyncIterator[Services]:
    """Run a desk without its web side; with ``connect`` it hears of calls, with ``sentiment`` lines are judged, ``files`` says where its files are, ``alerts`` where alerts go."""
    db = Database(settings.database_url, pool_size=settings.pool_size)
    redis = redis_client(settings.redis_url)
    topics = Topics()
    stream = EventStream(redis, topics, prefix=settings.redis_prefix)
    services = assembly.assemble(
        db,
        topics,
        stream,
        redis=redis,
        jwt_secret=SECRET,
        session_hours=12,
        sentiment=sentiment,
        connect=connect,
        quiet_hours=QuietHours.of(settings.quiet_hours),
        identity=identity,
        files=files,
        alerts=alerts,
    )
    await stream.open()
    going = {
        'relay': services.relay.carry,
        'sweep': services.relay.sweep,
        'phone-lookup': services.phone_lookup.follow,
        'stream': stream.follow,
        **services.sentiment_loops,
    }
    if listener := services.connect_listener:
        going |= {'contacts': listener.follow_contacts, 'agents': listener.follow_agents}
    async with loops.running(going):
        yield services
    if identity is not None:
        await identity.provider.close()
    await redis.aclose()
    await db.close()
