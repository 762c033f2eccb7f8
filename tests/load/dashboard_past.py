"""The floor at any second of twelve months, beside a plain recount of it, and 지금 옮기면?.

Both must say the same. The recount reads every step until that second, as SQL without the desk's indexes of what is open would.
"""

import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlmodel import col, select

from desk import clock
from desk.errors import UpstreamError
from desk.events import Topics
from models import Agent, AgentStatus
from services.floor.board import Number, Snapshot
from services.floor.definitions import beginning_of, day_of, definition_of
from services.floor.live_board import LiveBoard
from services.forecast.what_if import Wish
from services.registry import Services
from tests.load.loads import Latency
from tests.load.report import Row

SECONDS, RECOUNTS, QUESTIONS = 100, 20, 10
SMALL_SECONDS, SMALL_RECOUNTS, SMALL_QUESTIONS = 30, 10, 3
MONTHS = timedelta(days=355)
MOST_MS, MOST_WHAT_IF_MS = 500, 2_000
WORKING = (AgentStatus.AVAILABLE, AgentStatus.BUSY)
"""Who may be lent: after some minutes of the benchmark's events hardly anybody is without a contact."""
LENT = 5
COUNTED = (
    Number.WAITING, Number.IN_PROGRESS, Number.ON_HOLD, Number.WRAP_UP, Number.ANSWERED, Number.ABANDONED, Number.SHORT,
)  # fmt: skip


async def past(services: Services, address: str, *, small: bool) -> Row:
    """Ask for random seconds of twelve months, a part of them by recount as well."""
    boss = await _boss(services)
    board = LiveBoard(services.board._db, Topics())
    chance = random.Random(13)
    newest = beginning_of(day_of(clock.now())) - timedelta(days=2)
    moments = [
        newest - chance.random() * MONTHS for _ in range(SMALL_SECONDS if small else SECONDS)
    ]
    await board.at(boss, moments[0])
    times, snapshots = [], []
    for moment in moments:
        begun = time.perf_counter()
        _board, snapshot = await board.at(boss, moment)
        times.append((time.perf_counter() - begun) * 1000)
        snapshots.append(snapshot)
    some = SMALL_RECOUNTS if small else RECOUNTS
    slow = _recounted(address, moments[:some], snapshots[:some])
    ours, theirs = Latency.of(times), Latency.of(slow)
    return Row(
        what='the floor at a random second of 12 months, p95', figure=ours.p95, unit='ms', most=MOST_MS,
        baseline=theirs.p95,
        note=f'p50 {ours.p50:.0f} ms, {ours.count} seconds, {len(snapshots[0].agents)} agents; beside: {theirs.count} of them '
        f'recounted from all steps, p50 {theirs.p50:.0f} ms',
    )  # fmt: skip


async def what_if(services: Services, *, small: bool) -> Row:
    """Ask 지금 옮기면? for the floor as it is now, with agents lent to another department."""
    boss = await _boss(services)
    snapshot = (await services.board.now(boss))[1]
    working = [one.agent for one in snapshot.agents if one.agent.status in WORKING]
    moved = tuple(one.id for one in working if one.department == 'department 1')[:LENT]
    wish = Wish(minutes=30, agent_ids=moved, department='department 2')
    times, runs, refused = [], [], 0
    for _ in range(SMALL_QUESTIONS if small else QUESTIONS):
        begun = time.perf_counter()
        try:
            runs.append((await services.what_if.ask(boss, wish)).runs)
        except (
            UpstreamError
        ):  # the simulation took too long: how long that took counts as its answer
            refused += 1
        times.append((time.perf_counter() - begun) * 1000)
    waiting, answers = snapshot.total(Number.WAITING), Latency.of(times)
    return Row(
        what='지금 옮기면?, slowest answer', figure=max(times), unit='ms', most=MOST_WHAT_IF_MS,
        note=f'p50 {answers.p50:.0f} ms, {len(times)} questions, {len(working)} agents, {waiting:,} waiting, {len(moved)} lent; '
        f'at least {min(runs, default=0)} futures each, {refused} not answered in time',
    )  # fmt: skip


async def _boss(services: Services) -> Agent:
    async with services.board._db.reading() as session:
        return (await session.exec(select(Agent).where(col(Agent.username) == 'boss-1'))).one()


def _recounted(
    address: str, moments: Sequence[datetime], snapshots: Sequence[Snapshot]
) -> list[float]:
    """Return the milliseconds of each recount. Raises ``AssertionError`` where it is not what the desk said."""
    times = []
    with psycopg.connect(address, autocommit=True) as plain:
        for moment, snapshot in zip(moments, snapshots, strict=True):
            day = day_of(moment)
            values = {
                'at': moment, 'begin': beginning_of(day), 'short': definition_of(day).short_seconds
            }  # fmt: skip
            begun = time.perf_counter()
            numbers: Any = plain.execute(_NUMBERS, values).fetchone()
            statuses = dict(plain.execute(_STATUSES, values).fetchall())
            times.append((time.perf_counter() - begun) * 1000)
            found = tuple(snapshot.total(one) for one in COUNTED)
            here = {
                str(one): len(snapshot.with_status(one))
                for one in AgentStatus if snapshot.with_status(one)
            }  # fmt: skip
            if (found, here) != (numbers, statuses):
                message = f'{moment}: {found}, {here} is not {numbers}, {statuses}'
                raise AssertionError(message)
    return times


_NUMBERS = """
    WITH step AS (
        SELECT contact_id, kind, at, came_at,
               row_number() OVER (PARTITION BY contact_id ORDER BY id DESC) AS newest,
               CASE WHEN kind IN ('taken', 'abandoned')
                    THEN row_number() OVER (PARTITION BY contact_id, kind IN ('taken', 'abandoned') ORDER BY id) END AS outcome
        FROM contact_steps WHERE at <= %(at)s
    )
    SELECT count(*) FILTER (WHERE newest = 1 AND kind = 'created'),
           count(*) FILTER (WHERE newest = 1 AND kind IN ('taken', 'resumed')),
           count(*) FILTER (WHERE newest = 1 AND kind = 'held'),
           count(*) FILTER (WHERE newest = 1 AND kind = 'wrap_up_begun'),
           count(*) FILTER (WHERE outcome = 1 AND at >= %(begin)s AND kind = 'taken'),
           count(*) FILTER (WHERE outcome = 1 AND at >= %(begin)s AND kind = 'abandoned'
                            AND at - came_at >= make_interval(secs => %(short)s)),
           count(*) FILTER (WHERE outcome = 1 AND at >= %(begin)s AND kind = 'abandoned'
                            AND at - came_at < make_interval(secs => %(short)s))
    FROM step
"""
_STATUSES = """
    SELECT coalesce(newest.status::text, 'offline'), count(*)
    FROM agents LEFT JOIN (
        SELECT DISTINCT ON (agent_id) agent_id, status FROM agent_status_changes WHERE created_at <= %(at)s
        ORDER BY agent_id, created_at DESC
    ) AS newest ON newest.agent_id = agents.id
    WHERE agents.created_at <= %(at)s
    GROUP BY 1
"""
