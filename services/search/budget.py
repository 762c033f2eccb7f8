"""Limits how much of the machine searching may use, so that chats stay fast and agents get equal turns.

A few searches run at a time. Together they may use a share of one core's time; unused time is saved
up to a limit. The share grows while the statements of chats run at normal speed (``desk.statement_speed``),
and shrinks, down to a guaranteed minimum, as soon as they slow down. Waiting searches are admitted
in turn, one of each person at a time, so that one person's hundred searches do not delay a
colleague; a search that is not admitted within a second is refused.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from desk.errors import TooManyError
from desk.statement_speed import StatementSpeed

MAX_WAITING = 50
BUSY_SECONDS = 2
WAIT_SECONDS = 1.0
"""How long a search waits for its turn: then a refusal is better than an answer that comes too late."""
SAVED_SECONDS = 0.3
MOST_SECONDS = 0.8
"""The longest wait for time used before: below ``WAIT_SECONDS``, or a lone search might be refused."""
MOST_SHARE = 1.0
"""A limit of one core for each kind of search: the desk's budgets assume two cores."""
STEP_SECONDS = 0.1
GROWS_BY, SHRINKS_TO = 0.05, 0.9
"""Steps of the share: additive increase, multiplicative decrease, as in TCP congestion control (RFC
5681)."""


class SearchBudget:
    """Turns to search, which together use at most a share of the time, plus what was saved."""

    def __init__(
        self,
        *,
        places: int,
        share: float,
        speed: StatementSpeed,
        most: float = MOST_SHARE,
        patience: float | None = WAIT_SECONDS,
    ) -> None:
        """Create a budget.

        Args:
            places: how many searches run at once.
            share: the guaranteed share of one core's time.
            speed: the speed of the statements that must not be slowed down.
            most: the largest share.
            patience: how many seconds a search waits for its turn; none for work without a waiting person, such
                as an export.
        """
        self._places, self._least, self._share, self._most = places, share, share, most
        self._speed, self._patience = speed, patience
        self._saved = SAVED_SECONDS
        self._at = self._stepped_at = time.monotonic()
        self._running = 0
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, who: Hashable = None) -> AsyncIterator[None]:
        """Wait for a turn and hold it for the block; turns alternate between different ``who``.

        Raises ``TooManyError`` when too many wait already, or the turn does not come within
        ``WAIT_SECONDS``.
        """
        await self._admitted(who)
        began = time.monotonic()
        try:
            yield
        finally:
            self._spend(time.monotonic() - began)
            self._release()

    async def _admitted(self, who: Hashable) -> None:
        if sum(map(len, self._waiting.values())) >= MAX_WAITING:
            raise TooManyError('search.busy', wait_seconds=BUSY_SECONDS)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(turn)
        self._let_in()
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except TimeoutError as error:
            self._leave(who, turn)
            raise TooManyError('search.busy', wait_seconds=BUSY_SECONDS) from error
        except asyncio.CancelledError:
            self._leave(who, turn)
            raise

    def _leave(self, who: Hashable, turn: asyncio.Future[None]) -> None:
        """Release a turn that came too late, or stop waiting for it."""
        if turn.done() and not turn.cancelled():
            self._release()
            return
        turns = self._waiting.get(who)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[who]

    def _release(self) -> None:
        self._running -= 1
        self._let_in()

    def _let_in(self) -> None:
        """Admit waiting searches, one person after another, while there are places and time."""
        while self._waiting and self._running < self._places:
            if (lacking := -self._spend(0)) > 0:
                self._come_back(lacking / self._share)
                return
            who, turns = next(iter(self._waiting.items()))
            turn = turns.popleft()
            if turns:
                self._waiting.move_to_end(who)
            else:
                del self._waiting[who]
            if not turn.done():
                self._running += 1
                turn.set_result(None)

    def _come_back(self, seconds: float) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(seconds, STEP_SECONDS), self._come)

    def _come(self) -> None:
        self._timer = None
        self._let_in()

    def _spend(self, seconds: float) -> float:
        """Take time from the savings, after adding accrued time; return the rest, which may be negative."""
        now = time.monotonic()
        self._fit(now)
        saved = min(SAVED_SECONDS, self._saved + (now - self._at) * self._share) - seconds
        self._saved = max(saved, -MOST_SECONDS * self._share)
        self._at = now
        return self._saved

    def _fit(self, now: float) -> None:
        """Adapt the share to the speed of chat statements."""
        steps = int((now - self._stepped_at) / STEP_SECONDS)
        if steps < 1:
            return
        self._stepped_at = now
        if self._speed.is_slowed:
            self._share = max(self._least, self._share * SHRINKS_TO)
        else:
            self._share = min(self._most, self._share + steps * GROWS_BY)
