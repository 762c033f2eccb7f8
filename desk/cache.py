"""A cache for answers that many callers ask for at once: computed once, kept for a few seconds, per process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

AnswerT = TypeVar('AnswerT')

MAX_ANSWERS = 10_000
"""Above this number of answers the expired ones are dropped."""


class SharedCache(Generic[AnswerT]):
    """Answers by key, each at most ``seconds`` old. Callers share an answer that is still being computed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._answers: dict[Hashable, tuple[float, asyncio.Future[AnswerT]]] = {}

    async def get(self, key: Hashable, work_out: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Return the answer for ``key``. An error reaches every caller that shared it, and is not cached."""
        at, answer = self._answers.get(key, (0.0, None))
        if answer is None or (answer.done() and time.monotonic() - at >= self._seconds):
            self._forget_old()
            answer = asyncio.ensure_future(work_out())
            self._answers[key] = time.monotonic(), answer
            answer.add_done_callback(lambda done: self._forget_failed(key, done))
        return await asyncio.shield(answer)  # a cancelled caller must not cancel it for the others

    def clear(self) -> None:
        """Drop every answer, because their source has changed."""
        self._answers.clear()

    def _forget_failed(self, key: Hashable, done: asyncio.Future[AnswerT]) -> None:
        if (done.cancelled() or done.exception()) and self._answers.get(key, (0, None))[1] is done:
            del self._answers[key]

    def _forget_old(self) -> None:
        if len(self._answers) < MAX_ANSWERS:
            return
        since = time.monotonic() - self._seconds
        self._answers = {key: kept for key, kept in self._answers.items() if kept[0] > since}
