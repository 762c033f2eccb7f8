"""Twenty thousand contacts: no page of the history, however it is filtered, reads a table from end to end."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Priority, Sentiment
from services.history import history as history_service
from services.history.filter import EVERYTHING, Channel, ContactState, HistoryFilter, Period
from services.history.history import History, Precision
from services.search import customers as customer_search
from services.search import messages as message_search
from services.search.customers import CustomerSearch
from services.search.messages import MessageSearch
from services.work.cursors import Position
from tests.conftest import SECRET
from tests.load import load_data
from tests.services.search.test_plans import _AGENTS, index_scans, read_whole
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

CONTACTS = 20_000
FILTERS = (
    EVERYTHING,
    HistoryFilter(period=Period.TODAY),
    HistoryFilter(period=Period.MONTH),
    HistoryFilter(until=date(2020, 1, 1)),
    HistoryFilter(department=DEPARTMENT),
    HistoryFilter(channel=Channel.CHAT),
    HistoryFilter(channel=Channel.CALL),
    *(HistoryFilter(state=state) for state in ContactState),
    *(HistoryFilter(priority=priority) for priority in Priority),
    *(HistoryFilter(text=text) for text in ('배송', '송장번호', '없는말뷁', '김', '5678')),
    *(HistoryFilter(category_id=UUID(int=node)) for node in (1, 2, 3, 9)),
    HistoryFilter(needs_follow_up=True),
    *(HistoryFilter(sentiment=one) for one in Sentiment),
    HistoryFilter(sentiment=Sentiment.NEGATIVE, text='배송'),
    HistoryFilter(category_id=UUID(int=1), needs_follow_up=True, department=DEPARTMENT),
    HistoryFilter(category_id=UUID(int=1), text='배송'),
    HistoryFilter(text='배송', period=Period.WEEK),
    HistoryFilter(text='배송', priority=Priority.HIGH),
)
_WRAP_UPS = """
    INSERT INTO contact_categories (id, name, parent_id) VALUES
        ('00000000-0000-0000-0000-000000000001', '배송', NULL),
        ('00000000-0000-0000-0000-000000000002', '지연', '00000000-0000-0000-0000-000000000001'),
        ('00000000-0000-0000-0000-000000000003', '택배사', '00000000-0000-0000-0000-000000000002'),
        ('00000000-0000-0000-0000-000000000004', '분실', '00000000-0000-0000-0000-000000000002');
    INSERT INTO wrap_ups (id, contact_id, channel, agent_id, category_id, needs_follow_up, done_at)
        SELECT gen_random_uuid(), id, 'chat', agent_id,
            (CASE WHEN number % 5 = 0 THEN '00000000-0000-0000-0000-000000000004'
                WHEN number % 50 = 1 THEN '00000000-0000-0000-0000-000000000003' END)::uuid,
            number % 20 = 0, now()
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS number FROM chat_sessions) AS chats;
    ANALYZE wrap_ups, contact_categories;
"""
"""A tree, and a 후처리 after each chat: every fifth and every fiftieth has one of its leaves."""

_MOODS = """
    INSERT INTO chat_moods (chat_session_id, source, sentiment)
        SELECT id, 'comprehend', (CASE WHEN number % 50 = 0 THEN 'negative' WHEN number % 10 = 1 THEN 'positive'
            ELSE 'neutral' END)::sentiment
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS number FROM chat_sessions) AS chats;
    ANALYZE chat_moods;
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is to be spared here: let no search wait for its share of the time."""
    for service in (customer_search, message_search, history_service):
        monkeypatch.setattr(service, 'SHARE', 1.0)


@pytest.fixture(scope='module')
def full(backing: BackingUrls, template: str) -> Iterator[str]:
    """The address of a database with ``CONTACTS``."""
    name = f'history_{uuid4().hex}'
    address = f'{backing.database_owner_url.rsplit("/", 1)[0]}/{name}'
    plain = backing.database_owner_url.replace('+psycopg', '')
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f'CREATE DATABASE {name} TEMPLATE {template}')  # type: ignore[arg-type]  # not a literal
    try:
        with psycopg.connect(address.replace('+psycopg', '')) as connection:
            connection.execute(_AGENTS, [DEPARTMENT])
        load_data.fill(
            address.replace('+psycopg', ''),
            customers=CONTACTS,
            messages=CONTACTS * 4,
            contacts=CONTACTS,
        )
        with psycopg.connect(address.replace('+psycopg', '')) as connection:
            connection.execute(_WRAP_UPS)
            connection.execute(_MOODS)
        yield address
    finally:
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f'DROP DATABASE {name} WITH (FORCE)')  # type: ignore[arg-type]  # not a literal


@pytest.fixture
async def db(full: str) -> AsyncIterator[Database]:
    database = Database(full, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
def history(db: Database) -> History:
    return History(db, CustomerSearch(db, secret=SECRET), MessageSearch(db))


async def test_no_page_and_no_count_reads_a_table_from_end_to_end(
    full: str, db: Database, history: History
) -> None:
    agent = await Make(db).agent(username=uuid4().hex)
    boss = await Make(db).supervisor(username=uuid4().hex)
    before = read_whole(full)

    for wanted in FILTERS:
        for who in (agent, boss):
            page = await history.page(who, wanted)
            await history.page(who, wanted, before=page.next)
            await history.estimated(who, wanted)
            await history.exact(who, wanted)
    await history.page(boss, HistoryFilter(agent_id=agent.id))
    await db.close()  # what ended connections have done is counted

    await until(lambda: index_scans(full, 'idx_chat_sessions_history') > 0)
    assert read_whole(full) == before
    for index in ('history_department', 'history_agent', 'customer'):
        assert index_scans(full, f'idx_chat_sessions_{index}') > 0, index


async def test_many_are_estimated_near_to_what_there_are(db: Database, history: History) -> None:
    boss = await Make(db).supervisor(username=uuid4().hex)

    for wanted in (EVERYTHING, HistoryFilter(priority=Priority.HIGH), HistoryFilter(text='배송')):
        about = await history.estimated(boss, wanted)
        exact = await history.exact(boss, wanted)
        assert about.precision is Precision.ABOUT
        assert exact.precision is Precision.EXACT
        assert exact.number * 0.7 <= about.number <= exact.number * 1.3, wanted


async def test_pages_by_a_common_word_are_the_rows_of_an_export(
    db: Database, history: History
) -> None:
    """The page walks back in time, the count asks the index: both know the same contacts."""
    boss = await Make(db).supervisor(username=uuid4().hex)
    wanted = HistoryFilter(text='배송', period=Period.MONTH)

    rows = [one.place async for one in history.rows(boss, wanted)]

    pages: list[Position] = []
    place = None
    while True:
        page = await history.page(boss, wanted, before=place, limit=200)
        pages += [one.place for one in page.contacts]
        if (place := page.next) is None:
            break
    assert rows == pages == sorted(set(rows), reverse=True)
    assert (await history.exact(boss, wanted)).number == len(rows) > 0


async def test_words_are_found_before_the_database_knows_its_tables(
    full: str, db: Database, history: History
) -> None:
    """A desk that was filled a moment ago has no statistics: no plan may hang on them."""
    boss = await Make(db).supervisor(username=uuid4().hex)
    with psycopg.connect(full.replace('+psycopg', ''), autocommit=True) as connection:
        for table in ('messages', 'message_grams', 'chat_sessions'):
            connection.execute(f'ALTER TABLE {table} SET (autovacuum_enabled = off)')  # type: ignore[arg-type]  # not a literal
            connection.execute('SELECT pg_clear_relation_stats(%s, %s)', ['public', table])
            connection.execute(
                'SELECT pg_clear_attribute_stats(%s, %s, attname, false) FROM pg_stats WHERE tablename = %s',
                ['public', table, table],
            )

    for text in ('배송', '송장번호', '없는말뷁'):
        await history.page(boss, HistoryFilter(text=text, period=Period.MONTH))
        await history.estimated(boss, HistoryFilter(text=text, period=Period.MONTH))
