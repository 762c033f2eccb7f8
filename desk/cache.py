"""Answers that many ask for at the same time: worked out once, kept for a moment, in this process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

AnswerT = TypeVar('AnswerT')

MAX_ANSWERS = 10_000
"""Beyond this many the old ones are dropped."""


class SharedCache(Generic[AnswerT]):
    """Answers by key, each at most ``seconds`` old. Those who ask while one is being worked out share it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._answers: dict[Hashable, tuple[float, asyncio.Future[AnswerT]]] = {}

    async def get(self, key: Hashable, work_out: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        """Return the answer for ``key``; a failure reaches all who shared it and is not kept."""
        at, answer = self._answers.get(key, (0.0, None))
        if answer is None or (answer.done() and time.monotonic() - at >= self._seconds):
            self._forget_old()
            answer = asyncio.ensure_future(work_out())
            self._answers[key] = time.monotonic(), answer
            answer.add_done_callback(lambda done: self._forget_failed(key, done))
        return await asyncio.shield(answer)  # one who leaves does not take it from the others

    def clear(self) -> None:
        """Forget everything: what it was worked out from has changed."""
        self._answers.clear()

    def _forget_failed(self, key: Hashable, done: asyncio.Future[AnswerT]) -> None:
        if (done.cancelled() or done.exception()) and self._answers.get(key, (0, None))[1] is done:
            del self._answers[key]

    def _forget_old(self) -> None:
        if len(self._answers) < MAX_ANSWERS:
            return
        since = time.monotonic() - self._seconds
        self._answers = {key: kept for key, kept in self._answers.items() if kept[0] > since}
