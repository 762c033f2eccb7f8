"""The load: messages at a steady pace or as fast as they go, and how long each took to arrive."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.support.until import until

ARRIVE_SECONDS = 10.0
"""What has not arrived after this long counts as lost."""
_numbers = itertools.count(1)


class Writer(Protocol):
    """One who sends messages of the load."""

    async def write(self, number: int) -> None:
        """Send one."""


@dataclass(slots=True)
class Arrivals:
    """What was sent and has arrived."""

    sent: dict[int, float] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    again: int = 0

    def heard(self, number: int) -> None:
        """Note that a message has arrived; elements may be drawn again, the first time counts."""
        at = self.sent.pop(number, None)
        if at is None:
            self.again += 1
        else:
            self.milliseconds.append((time.perf_counter() - at) * 1000)

    async def complete(self) -> int:
        """Wait for what is under way; returns how many messages are lost."""
        try:
            await until(lambda: not self.sent, seconds=ARRIVE_SECONDS)
        except AssertionError:
            return len(self.sent)
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long messages took, in milliseconds, and how many never came."""

    p50: float
    p95: float
    p99: float
    count: int
    lost: int = 0

    @classmethod
    def of(cls, milliseconds: Sequence[float], lost: int = 0) -> 'Latency':
        """Work it out."""
        cuts = statistics.quantiles(milliseconds, n=100, method='inclusive')
        return cls(p50=cuts[49], p95=cuts[94], p99=cuts[98], count=len(milliseconds), lost=lost)

    @classmethod
    def middle(cls, runs: Sequence['Latency']) -> 'Latency':
        """Return the median of several runs, figure by figure; losses and counts are added up."""
        return cls(
            p50=statistics.median(one.p50 for one in runs),
            p95=statistics.median(one.p95 for one in runs),
            p99=statistics.median(one.p99 for one in runs),
            count=sum(one.count for one in runs),
            lost=sum(one.lost for one in runs),
        )


async def steadily(
    writers: Sequence[Writer], arrivals: Arrivals, *, rate: float, seconds: float
) -> Latency:
    """Send ``rate`` messages a second, each on time whatever became of the others; the writers take turns."""
    arrivals.milliseconds.clear()
    arrivals.sent.clear()
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for place in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + place / rate - time.perf_counter()))
            number = next(_numbers)
            arrivals.sent[number] = time.perf_counter()
            group.create_task(writers[place % len(writers)].write(number))
    lost = await arrivals.complete()
    return Latency.of(arrivals.milliseconds, lost)


async def at_pace(
    group: asyncio.TaskGroup, act: Callable[[], Coroutine[Any, Any, None]], rate: float
) -> None:
    """Begin ``act`` so often a second, whatever became of the others, until cancelled."""
    begun = time.perf_counter()
    for place in itertools.count():
        await asyncio.sleep(max(0.0, begun + place / rate - time.perf_counter()))
        group.create_task(act())


class Pump:
    """Keeps ``window`` messages of each writer under way: as fast as they go, no faster."""

    def __init__(self, writers: Sequence[Writer], *, window: int) -> None:
        self.writers = list(writers)
        self._window = window
        self._writer_of: dict[int, Writer] = {}
        self._going = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.arrived = 0

    def heard(self, number: int) -> None:
        """A message has arrived: its writer sends the next."""
        writer = self._writer_of.pop(number, None)
        if writer is None:  # the writer's own copy
            return
        self.arrived += 1
        if self._going:
            self._send(writer)

    async def per_second(self, seconds: float) -> float:
        """Return how many messages arrive in a second."""
        self._going = True
        for writer in self.writers:
            for _ in range(self._window):
                self._send(writer)
        await asyncio.sleep(seconds / 4)  # until it runs evenly
        before, begun = self.arrived, time.perf_counter()
        await asyncio.sleep(seconds)
        rate = (self.arrived - before) / (time.perf_counter() - begun)
        self._going = False
        return rate

    async def lost(self) -> int:
        """Wait for what is under way; returns how many messages are lost."""
        try:
            await until(lambda: not self._writer_of, seconds=ARRIVE_SECONDS)
        except AssertionError:
            return len(self._writer_of)
        return 0

    def _send(self, writer: Writer) -> None:
        number = next(_numbers)
        self._writer_of[number] = writer
        task = asyncio.get_running_loop().create_task(writer.write(number))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
