"""A running centre: the world, its clock, and who hears of what happens."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
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
    """One simulated contact centre in one process; one thread uses it."""

    def __init__(self, *, seed: int = 0, events: EventFaults | None = None) -> None:
        self.clock = Clock()
        self.faults = Faults(self.clock.now, events=events)
        self.world = World(seeded(self.clock.now(), seed=seed))
        self.events: deque[Json] = deque(maxlen=KEPT_EVENTS)
        self.event_listeners: list[EventListener] = []
        self.item_listeners: list[ItemListener] = []
        self.act_listeners: list[Callable[[], None]] = []  # the world may be another one now
        self._is_closing = asyncio.Event()
        self.world.core.on_item = self._hear

    @contextmanager
    def acting(self) -> Iterator[World]:
        """Bring the world to the present, let it be acted on, and tell what happened."""
        self.world.run_to(self.clock.now())
        try:
            yield self.world
        finally:
            self.world.settle()
            self._tell()
            self.tell_of_act()

    def pass_time(self) -> None:
        """Let happen what is due by now; who waits for an act is not woken by time in which nothing happens."""
        before = self.world.state.numbers
        self.world.run_to(self.clock.now())
        self.world.settle()
        self._tell()
        if self.world.state.numbers != before:
            self.tell_of_act()

    @property
    def is_closing(self) -> bool:
        """Whether nobody should wait any more."""
        return self._is_closing.is_set()

    def close(self) -> None:
        """Let nobody wait any more: the process ends."""
        self._is_closing.set()
        self.tell_of_act()

    async def rest(self, seconds: float) -> None:
        """Let so much of the wall's time pass, unless the process ends."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_closing.wait(), seconds)

    def snapshot(self) -> bytes:
        """Return the whole centre as a file's content."""
        return world_state.dumped(self.world.state)

    def restore(self, content: bytes) -> None:
        """Be the centre of a snapshot from now on."""
        self._become(world_state.loaded(content))

    def start_over(self, *, seed: int = 0) -> None:
        """Be a fresh centre from now on, at the time that it is."""
        self.clock.reset()
        self._become(seeded(self.clock.now(), seed=seed))

    def _become(self, state: State) -> None:
        self.world = World(state)
        self.world.core.on_item = self._hear
        self.clock.catch_up(state.now)
        self.faults.clear()
        self.events.clear()
        self.tell_of_act()

    def tell_of_act(self) -> None:
        """Let who waits for news look whether there are any for them."""
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
