"""A running centre: the world, its clock, and the listeners to its events."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from desk.sandbox.connect.clock import Clock
from desk.sandbox.connect.faults import EventFaults, Faults
from desk.sandbox.connect.seed import seeded
from desk.sandbox.connect.world import State, World
from desk.sandbox.connect.world import state as world_state
from desk.sandbox.connect.world.events import Event, Json
from desk.sandbox.connect.world.room import Item, Room

KEPT_EVENTS = 10_000

EventListener = Callable[[Event], None]
ItemListener = Callable[[Room, Item], None]


class Centre:
    """One simulated contact centre in one process, used by one thread."""

    def __init__(self, *, seed: int = 0, events: EventFaults | None = None) -> None:
        self.clock = Clock()
        self.faults = Faults(self.clock.now, events=events)
        self.world = World(seeded(self.clock.now(), seed=seed))
        self.events: deque[Json] = deque(maxlen=KEPT_EVENTS)
        self.event_listeners: list[EventListener] = []
        self.item_listeners: list[ItemListener] = []
        self.act_listeners: list[Callable[[], None]] = []  # the world may have been replaced
        self.settling: list[Callable[[], Awaitable[None]]] = []  # what a fresh start waits for
        self._is_closing = asyncio.Event()
        self.world.core.on_item = self._hear

    @contextmanager
    def acting(self) -> Iterator[World]:
        """Advance the world to the present, let the block act on it, and publish the events."""
        self.world.run_to(self.clock.now())
        try:
            yield self.world
        finally:
            self.world.settle()
            self._tell()
            self.tell_of_act()

    def pass_time(self) -> None:
        """Process everything that is due; wakes waiting requests only if something happened."""
        before = self.world.state.numbers
        self.world.run_to(self.clock.now())
        self.world.settle()
        self._tell()
        if self.world.state.numbers != before:
            self.tell_of_act()

    @property
    def is_closing(self) -> bool:
        """Whether waiting requests must end."""
        return self._is_closing.is_set()

    def close(self) -> None:
        """End all waiting requests: the process ends."""
        self._is_closing.set()
        self.tell_of_act()

    async def rest(self, seconds: float) -> None:
        """Wait for real seconds, unless the process ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_closing.wait(), seconds)

    def snapshot(self) -> bytes:
        """Return the whole centre as the content of a file."""
        return world_state.dumped(self.world.state)

    def restore(self, content: bytes) -> None:
        """Replace the centre with a snapshot."""
        self._become(world_state.loaded(content))

    def start_over(self, *, seed: int = 0) -> None:
        """Replace the centre with a fresh one, at the current time."""
        self.clock.reset()
        self._become(seeded(self.clock.now(), seed=seed))

    async def settled(self) -> None:
        """Wait until nothing of an earlier world is on its way out of this process."""
        for settle in self.settling:
            await settle()

    def _become(self, state: State) -> None:
        self.world = World(state)
        self.world.core.on_item = self._hear
        self.clock.catch_up(state.now)
        self.faults.clear()
        self.events.clear()
        self.tell_of_act()

    def tell_of_act(self) -> None:
        """Wake waiting requests, so that they look for news."""
        for listener in self.act_listeners:
            listener()

    def _tell(self) -> None:
        for event in self.world.take_told():
            self.events.append(event.body)
            for listener in self.event_listeners:
                listener(event)

    def _hear(self, room: Room, item: Item) -> None:
        for listener in self.item_listeners:
            listener(room, item)
