"""The current board, shared by all dashboards of a process, and the board of any past second.

Events only announce a change; the changes themselves are read from the facts, step by step, by each
process with an open board. So a lost event costs a delay and never a wrong number, and ten open
boards query the database as often as one.
"""

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from desk import clock
from desk.db import Database
from desk.errors import DeskError, InvalidInputError
from desk.events import Event, Resync, Topics
from models import Agent
from services.chats.events import EVERY_QUEUE, EVERY_RATING, ChatCard
from services.contacts.access import may_see, require_supervisor
from services.floor import board_queries as queries
from services.floor.board import Board, Snapshot, Target
from services.floor.definitions import beginning_of, day_of, end_of
from services.floor.ledger import Fact, Ledger
from services.people.events import EVERY_AGENT, SETTINGS, AgentChanged, AgentStatusChanged

log = structlog.get_logger()

BOARD = 'board'
"""The topic of the live board, in this process only."""
TICK_SECONDS = 0.3
"""The shortest time between two updates: boards get at most 4 pushes a second (DESIGN §4.9)."""
IDLE_SECONDS = 5.0
"""How often an open board checks for missed steps."""
PIECE = 2_000
"""The number of steps applied before other tasks get their turn."""
CARD_SECONDS = 2.0
"""The largest age of the names in a list; the contacts in it are always current."""
LOOK_BACK = 500
"""Among this many newest steps, one may become visible after its neighbours, because its
transaction took longer."""
MISSING_SECONDS = 600.0
"""After this time a step id that never appeared belongs to a rolled-back transaction."""


class BoardMoved(Event):
    """The live board of this process has changed. Never sent to other processes."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (BOARD,)


class LiveBoard:
    """The floor now and in the past.

    For supervisors and administrators; all others get ``NotAllowedError``.
    """

    def __init__(self, db: Database, topics: Topics) -> None:
        self._db = db
        self._topics = topics
        self._lock = asyncio.Lock()
        self._woken = asyncio.Event()
        self._watchers = 0
        self._board: Board | None = None
        self._snapshot: Snapshot | None = None
        self._missing: dict[int, float] = {}
        self._cards: dict[UUID, tuple[float, ChatCard]] = {}
        self._is_stale = True
        self._must_reload = True
        self._must_read_agents = False
        self._changed_agents: set[UUID] = set()

    # ---- for pages

    @contextmanager
    def watched(self, watcher: Agent) -> Iterator[None]:
        """Keep the board current while the block runs. Raises ``NotAllowedError``."""
        check_role(watcher)
        self._watchers += 1
        self._woken.set()
        try:
            yield
        finally:
            self._watchers -= 1

    async def now(self, watcher: Agent) -> tuple[Board, Snapshot]:
        """Return the current floor and the numbers of the departments that the watcher reaches.

        The board continues to change; the numbers do not.
        """
        check_role(watcher)
        board, snapshot = await self._current()
        return board, snapshot.of_departments(watcher.reach)

    async def moved(self, watcher: Agent) -> tuple[Board, Snapshot]:
        """Return the floor as of its last ``BoardMoved``, as ``now`` does, for those who follow these.

        Nothing is read: what has happened since comes with the next move. Else each of ten open boards would read it.
        """
        if self._board is None or self._snapshot is None:
            return await self.now(watcher)
        check_role(watcher)
        return self._board, self._snapshot.of_departments(watcher.reach)

    async def latest(self) -> Snapshot:
        """Return the current numbers without a check of rights: callers check their own readers."""
        return (await self._current())[1]

    async def refresh(self) -> None:
        """Read new steps, announced or not."""
        self._is_stale = self._must_read_agents = True
        await self._current()

    async def at(self, watcher: Agent, at: datetime) -> tuple[Board, Snapshot]:
        """Return the floor at a past time, as ``now`` does. Raises ``InvalidInputError`` for a future one."""
        check_role(watcher)
        if at > clock.now():
            raise InvalidInputError('board.future')
        board = await board_at(self._db, at)
        return board, board.snapshot(at).of_departments(watcher.reach)

    async def cards(self, watcher: Agent, chat_ids: Sequence[UUID]) -> dict[UUID, ChatCard]:
        """Return current chats of a board's list, in this order; they are cached briefly for all."""
        check_role(watcher)
        now = time.monotonic()
        fresh = {one: kept for one, kept in self._cards.items() if now - kept[0] < CARD_SECONDS}
        if unknown := [one for one in chat_ids if one not in fresh]:
            async with self._db.reading() as session:
                fresh |= {one.id: (now, one) for one in await queries.cards(session, unknown)}
        self._cards = fresh
        found = {one: fresh[one][1] for one in chat_ids if one in fresh}
        return {one: card for one, card in found.items() if may_see(watcher, card)}

    async def callers(self, watcher: Agent, call_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return by call who called or was called, as far as the watcher may see the call."""
        check_role(watcher)
        if not call_ids:
            return {}
        async with self._db.reading() as session:
            return await queries.callers(session, watcher, call_ids)

    # ---- staying current

    async def follow(self) -> None:
        """Keep this process's board current while a dashboard is open, until cancelled."""
        subscription = self._topics.subscribe(
            (EVERY_QUEUE, EVERY_RATING, EVERY_AGENT, SETTINGS), self._hear
        )
        try:
            while True:
                await self._sleep()
                if self._watchers:
                    await self._move()
                await asyncio.sleep(TICK_SECONDS)
        finally:
            subscription.cancel()

    def _hear(self, event: Event) -> None:
        if isinstance(event, AgentStatusChanged | AgentChanged):
            self._changed_agents.add(event.agent_id)
        elif isinstance(event, Resync) or SETTINGS in event.topics():
            self._must_reload = True
        self._is_stale = True
        self._woken.set()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            self._is_stale = self._must_read_agents = True
        self._woken.clear()

    async def _move(self) -> None:
        try:
            await self._current()
        except (SQLAlchemyError, DeskError):
            log.warning('board_not_read', exc_info=True)
            self._must_reload = True
            return
        self._topics.publish(BoardMoved())

    async def _current(self) -> tuple[Board, Snapshot]:
        async with self._lock:
            board, snapshot = self._board, self._snapshot
            if board is None or snapshot is None or self._is_stale:
                self._is_stale = False
                try:
                    board = await self._read(board)
                except BaseException:
                    self._is_stale = self._must_reload = True
                    raise
                self._board, self._snapshot = board, board.snapshot(clock.now())
                snapshot = self._snapshot
            return board, snapshot

    async def _read(self, board: Board | None) -> Board:
        if board is None or self._must_reload or board.ledger.day != day_of(clock.now()):
            return await self._load()
        changed = None if self._must_read_agents else frozenset(self._changed_agents)
        self._must_read_agents = False
        self._changed_agents.clear()
        async with self._db.reading() as session:
            facts = await queries.facts_after(session, board.ledger.last_id, list(self._missing))
            agents = [] if changed == frozenset() else await queries.agents_now(session, changed)
        if any(one.queue_id not in board.targets for one in facts if one.queue_id):
            return await self._load()  # a queue that is newer than the board
        self._note_missing(board.ledger.last_id, facts)
        board.ledger.apply(facts)
        board.agents.update({one.id: one for one in agents})
        return board

    async def _load(self) -> Board:
        self._must_reload = False
        self._changed_agents.clear()
        now = clock.now()
        async with self._db.reading() as session:
            newest = await queries.last_ids(session, LOOK_BACK)
            agents = await queries.agents_now(session)
            queues = await queries.queues(session)
            until = end_of(day_of(now))  # the whole day: another machine's clock may be ahead
            facts = await queries.facts_of_day(session, beginning_of(day_of(now)), until)
            targets = await queries.targets(session, queues, day_of(now))
        board = Board(await _ledger(now, targets, facts), queues, agents, targets)
        self._missing = {}
        if newest:
            board.ledger.last_id = max(board.ledger.last_id, newest[0])
            holes = set(range(newest[-1], board.ledger.last_id)) - {*newest}
            self._missing = dict.fromkeys(holes - {one.id for one in facts}, time.monotonic())
        return board

    def _note_missing(self, last_id: int, facts: Sequence[Fact]) -> None:
        """Remember skipped step ids: their transactions may commit later."""
        now = time.monotonic()
        seen = {one.id for one in facts}
        newest = max(seen, default=last_id)
        kept = {
            one: since
            for one, since in self._missing.items()
            if one not in seen and now - since < MISSING_SECONDS
        }
        self._missing = kept | {one: now for one in range(last_id + 1, newest) if one not in seen}


async def board_at(db: Database, at: datetime) -> Board:
    """Return the floor at a given time, from the facts alone."""
    async with db.reading() as session:
        agents = await queries.agents_at(session, at)
        queues = await queries.queues(session)
        facts = await queries.facts_of_day(session, beginning_of(day_of(at)), at)
        targets = await queries.targets(session, queues, day_of(at))
    return Board(await _ledger(at, targets, facts), queues, agents, targets)


async def _ledger(at: datetime, targets: Mapping[UUID, Target], facts: Sequence[Fact]) -> Ledger:
    ledger = Ledger(day_of(at), {one: target.seconds for one, target in targets.items()})
    for begin in range(0, len(facts), PIECE):
        ledger.apply(facts[begin : begin + PIECE])
        await asyncio.sleep(0)
    return ledger


def check_role(watcher: Agent) -> None:
    """Raise ``NotAllowedError`` unless a supervisor asks."""
    require_supervisor(watcher)
