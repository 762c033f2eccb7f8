"""How much of the machine searching may take: what those who talk to customers leave, and each who searches as much.

A few search at a time. All of them together may use a share of one core's time, and what is not used is saved up to a limit.
The share is not a constant: it grows while the statements of the talk are as quick as they can be (``desk.pace``), and shrinks,
down to what is always theirs, as soon as they get slower. Who waits is let in in turn, a person at a time, so that nobody's
hundred searches make a colleague wait; who could not be let in within a second is told so.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from desk.errors import TooManyError
from desk.pace import Pace

MAX_WAITING = 50
BUSY_SECONDS = 2
WAIT_SECONDS = 1.0
"""So long one waits for a turn: a sentence by then is better than an answer that nobody waits for any more."""
SAVED_SECONDS = 0.3
MOST_SECONDS = 0.8
"""So long one waits at the most for what searches before took: less than ``WAIT_SECONDS``, or who searches alone would be refused
after a slow one."""
MOST_SHARE = 1.0
"""Of one core, for each kind of search: two cores are what the budgets of the desk are measured on."""
STEP_SECONDS = 0.1
GROWS_BY, SHRINKS_TO = 0.05, 0.9
"""Each step: up by a little, down by a part, as senders share a line that tells them nothing but that it is full (RFC 5681)."""


class SearchBudget:
    """Turns to search, which together work at most a share of the time, beyond what was saved."""

    def __init__(
        self,
        *,
        places: int,
        share: float,
        pace: Pace,
        most: float = MOST_SHARE,
        patience: float | None = WAIT_SECONDS,
    ) -> None:
        """Give out turns.

        Args:
            places: how many search at once.
            share: what is theirs in any case, of one core's time.
            pace: of the statements that must not be slowed down.
            most: the largest share.
            patience: seconds that one waits for a turn; none for what nobody looks on at, as an export.
        """
        self._places, self._least, self._share, self._most = places, share, share, most
        self._pace, self._patience = pace, patience
        self._saved = SAVED_SECONDS
        self._at = self._stepped_at = time.monotonic()
        self._running = 0
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, who: Hashable = None) -> AsyncIterator[None]:
        """Wait for a turn and hold it for the block; ``who`` takes turns with others.

        Raises ``TooManyError`` when too many wait already, or none came within ``WAIT_SECONDS``.
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
        """Give a turn back that came too late, or the wait for one up."""
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
        """Let in who waits, a person after the other, while there are places and time."""
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
        """Take time from what is saved, which grows meanwhile; return what is left, perhaps less than nothing."""
        now = time.monotonic()
        self._fit(now)
        saved = min(SAVED_SECONDS, self._saved + (now - self._at) * self._share) - seconds
        self._saved = max(saved, -MOST_SECONDS * self._share)
        self._at = now
        return self._saved

    def _fit(self, now: float) -> None:
        """Let the share follow what those who talk leave."""
        steps = int((now - self._stepped_at) / STEP_SECONDS)
        if steps < 1:
            return
        self._stepped_at = now
        if self._pace.is_slowed:
            self._share = max(self._least, self._share * SHRINKS_TO)
        else:
            self._share = min(self._most, self._share + steps * GROWS_BY)
