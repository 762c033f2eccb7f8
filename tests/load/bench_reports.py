"""Reports of 12 months: from the rollups, and beside them the same numbers by SQL from the facts alone.

Both must say the same. How many contacts are counted in a second is told too: after an upgrade all of the past is.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.sandbox import BackingUrls
from models import Agent, migrations
from services.floor.definitions import day_of
from services.reports.figures import Figure, Tally
from services.reports.report_query import Grouping, ReportQuery
from services.reports.reports import Choice, Report, Reports
from services.reports.rollups import Rollups
from tests.load.floor import bare, schema
from tests.load.report import Row
from tests.support.make import Make

CONTACTS = 200_000
SMALL_CONTACTS = 4_000
RUNS = 5
MONTHS = 12
MOST_MS = 1_000
CATCH_UP_SECONDS = 3_600
TALLIES = (
    Tally.ARRIVED, Tally.ANSWERED, Tally.IN_TIME, Tally.ABANDONED, Tally.SHORT, Tally.HANDLED,
)  # fmt: skip
"""What the baseline counts."""


async def rows(urls: BackingUrls, *, contacts: int = CONTACTS) -> list[Row]:
    """Measure reports of 12 months; returns the report's rows."""
    db = Database(filled(urls, contacts), pool_size=5)
    try:
        rollups = Rollups(db)
        begun = time.monotonic()
        await rollups.catch_up(seconds=CATCH_UP_SECONDS)
        counting = time.monotonic() - begun
        boss = await Make(db).supervisor(username=f'bench-{uuid4().hex}')
        reports = Reports(db, rollups)
        found = [await _group(db, reports, boss, group) for group in Grouping]
        found.append(await _list(reports, boss))
        if counting > 1:  # else another run had counted them
            rate = contacts / counting
            found.append(Row(what='reports: contacts counted', figure=rate, unit='/s'))
        return found
    finally:
        await db.close()


async def _group(db: Database, reports: Reports, boss: Agent, group: Grouping) -> Row:
    query = _year(group)
    report, figure = await _timed(lambda: reports.report(boss, query))
    baseline, slow = await _timed(lambda: _recount(db, query))
    _check_equal(report, baseline)
    return Row(
        what=f'report of 12 months by {group}',
        figure=figure,
        unit='ms',
        most=MOST_MS,
        baseline=slow,
        note=f'{report.total.count(Figure.ARRIVED):,} contacts; beside: the same from the facts',
    )


async def _list(reports: Reports, boss: Agent) -> Row:
    query, choice = _year(Grouping.QUEUE), Choice(figure=Figure.SERVICE_LEVEL, is_total=True)
    _found, figure = await _timed(lambda: reports.contacts(boss, query, choice))
    return Row(what='report: the contacts behind a number', figure=figure, unit='ms', most=MOST_MS)


async def _timed(ask: Callable[[], Awaitable[Any]]) -> tuple[Any, float]:
    """Return the answer, and the median of some runs in milliseconds."""
    times, answer = [], await ask()
    for _ in range(RUNS):
        begun = time.perf_counter()
        answer = await ask()
        times.append(1000 * (time.perf_counter() - begun))
    return answer, statistics.median(times)


async def _recount(db: Database, query: ReportQuery) -> dict[str, tuple[int, ...]]:
    since, until = query.days
    async with db.reading() as session:
        result: Any = await session.exec(  # type: ignore[call-overload]  # plain SQL
            text(_RECOUNT[query.group]), params={'since': since, 'until': until}
        )
        return {str(row[0]): tuple(row[1:]) for row in result.all()}


def _check_equal(report: Report, baseline: dict[str, tuple[int, ...]]) -> None:
    # An agent's handling counts in the hour of its last step, which the baseline does not look for.
    compared = len(TALLIES) - (report.query.group is Grouping.HOUR)
    counted = {
        str(row.key): tuple(row.numbers.counts.tallies[one] for one in TALLIES[:compared])
        for row in report.rows
    }
    found = {key: numbers for key, numbers in counted.items() if any(numbers)}
    cut = {key: numbers[:compared] for key, numbers in baseline.items()}
    expected = {key: numbers for key, numbers in cut.items() if any(numbers)}
    if found != expected:
        raise AssertionError(f'{report.query.group}: the rollups are not the facts')


def _year(group: Grouping) -> ReportQuery:
    today = day_of(clock.now())
    return ReportQuery(since=today - timedelta(days=365), until=today, group=group)


def filled(urls: BackingUrls, contacts: int) -> str:
    """Return the address of a database with so many past contacts; it is made once for these tables."""
    name = f'reports_{contacts}_{schema()}'
    address = f'{urls.database_owner_url.rsplit("/", 1)[0]}/{name}'
    draft = f'{urls.database_owner_url.rsplit("/", 1)[0]}/reports_draft'
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        if server.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]).fetchone():
            return address
        server.execute('DROP DATABASE IF EXISTS reports_draft WITH (FORCE)')
        server.execute('CREATE DATABASE reports_draft')
        migrations.upgrade(draft)
        with psycopg.connect(bare(draft), autocommit=True) as connection:
            for statement in _FILL:
                connection.execute(sql.SQL(statement).format(contacts=sql.Literal(contacts)))
        server.execute(
            sql.SQL('ALTER DATABASE reports_draft RENAME TO {}').format(sql.Identifier(name))
        )
    return address


_FILL = (
    """
    INSERT INTO queues (id, name, department)
    SELECT md5('queue' || n)::uuid, 'queue ' || n, 'department ' || n FROM generate_series(0, 7) AS n
    """,
    """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department)
    SELECT md5('agent' || n)::uuid, 'agent-' || n, 'agent' || n || '@example.com', '-', '서연', '김', 'department ' || n % 8
    FROM generate_series(0, 299) AS n
    """,
    # Every fifth gives up, and some of these at once; the others are answered, held now and then, and wrapped up.
    """
    CREATE TEMPORARY TABLE past AS
    SELECT n, md5('chat' || n)::uuid AS id, md5('queue' || n % 8)::uuid AS queue_id, md5('agent' || n % 300)::uuid AS agent_id,
           date_trunc('day', now()) - interval '1 day' - n * (interval '360 days' / {contacts}) AS came,
           make_interval(secs => 2 + n::bigint * 7919 % 60) AS waited, make_interval(secs => 60 + n::bigint * 104729 % 600) AS talked,
           n % 5 = 0 AS is_gone, n % 7 = 0 AS is_held
    FROM generate_series(1, {contacts}) AS n
    """,
    """
    INSERT INTO chat_sessions (id, department, source, queue_id, agent_id, status, start_time, end_time, visitor_name,
                               visitor_phone, token_hash, customer_seen_at)
    SELECT id, 'department ' || n % 8, 'web', queue_id, CASE WHEN is_gone THEN NULL ELSE agent_id END, 'closed', came,
           came + waited + talked, '최유진', '0101' || lpad((n % 30000)::text, 7, '0'), md5('token' || n), came
    FROM past
    """,
    """
    INSERT INTO contact_steps (contact_id, channel, kind, at, queue_id, agent_id, came_at)
    SELECT id, 'chat', kind, at, queue_id, agent, came
    FROM past CROSS JOIN LATERAL (VALUES
        (1, 'created'::step_kind, came, NULL::uuid, true),
        (2, 'abandoned', came + waited, NULL, is_gone),
        (3, 'taken', came + waited, agent_id, NOT is_gone),
        (4, 'held', came + waited + talked / 3, agent_id, is_held AND NOT is_gone),
        (5, 'resumed', came + waited + talked / 2, agent_id, is_held AND NOT is_gone),
        (6, 'ended', came + waited + talked, agent_id, NOT is_gone),
        (7, 'wrap_up_begun', came + waited + talked, agent_id, NOT is_gone),
        (8, 'wrap_up_done', came + waited + talked + interval '30 seconds', agent_id, NOT is_gone)
    ) AS step (place, kind, at, agent, happens)
    WHERE happens ORDER BY n, place
    """,
    'ANALYZE',
)
_ENDED = """
    WITH step AS (
        SELECT contact_id, kind, at, came_at, queue_id, agent_id, channel,
               (at AT TIME ZONE 'Asia/Seoul')::date AS day, extract(hour FROM at AT TIME ZONE 'Asia/Seoul')::int AS hour,
               row_number() OVER (PARTITION BY contact_id, kind IN ('taken', 'abandoned') ORDER BY id) AS turn,
               max(agent_id::text) FILTER (WHERE kind = 'taken') OVER (PARTITION BY contact_id) AS answered_by,
               lag(kind) OVER (PARTITION BY contact_id ORDER BY id) AS before
        FROM contact_steps
        WHERE at >= (:since)::date AT TIME ZONE 'Asia/Seoul' AND at < ((:until)::date + 1) AT TIME ZONE 'Asia/Seoul'
    ), counted AS (
        SELECT step.*, wrap_ups.category_id AS category, extract(epoch FROM at - came_at) AS waited, service_level_seconds AS most,
               kind = 'taken' AND turn = 1 AS is_answered, kind = 'abandoned' AND turn = 1 AS is_gone,
               CASE WHEN kind = 'created' THEN answered_by::uuid ELSE step.agent_id END AS agent
        FROM step JOIN queues ON queues.id = step.queue_id LEFT JOIN wrap_ups USING (contact_id)
    )
    SELECT {key}, count(*) FILTER (WHERE kind = 'created'), count(*) FILTER (WHERE is_answered),
           count(*) FILTER (WHERE is_answered AND waited <= most), count(*) FILTER (WHERE is_gone AND waited >= 5),
           count(*) FILTER (WHERE is_gone AND waited < 5),
           count(*) FILTER (WHERE kind = 'ended' AND before IN ('taken', 'resumed', 'held'))
    FROM counted GROUP BY 1
"""
_KEYS = {
    Grouping.QUEUE: 'queue_id',
    Grouping.AGENT: 'agent',
    Grouping.DAY: 'day',
    Grouping.HOUR: 'hour',
    Grouping.CATEGORY: 'category',
    Grouping.CHANNEL: 'channel',
}
_RECOUNT = {group: _ENDED.replace('{key}', key) for group, key in _KEYS.items()}
