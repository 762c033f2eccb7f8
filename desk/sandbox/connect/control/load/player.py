"""Plays a plan: moves the simulator's clock from one event to the next, at the requested speed.

Only the player stops and moves the clock, so that the result depends on the plan and never on the
machine's speed. Delays are measured against real time and always shown.
"""

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.load.plan import LoadPlan
from desk.sandbox.connect.control.load.played_people import PlayContext, PlayedPeople, Tally
from desk.sandbox.connect.control.load.timeline import Late, Lateness, Timeline
from desk.sandbox.connect.hand import Hand
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.state import Due, Timer
from desk.sandbox.connect.world.terms import Channel

GRID = timedelta(seconds=1)  # the clock moves at least this often
REST_SECONDS = 0.01
TURN_SECONDS = 0.03  # of work, before other tasks get their turn
PLENTY = 1_000_000  # concurrent contacts: a plan this large needs raised AWS quotas
EVENTS = 'events'
DEADLINES = {'routing': 250, 'ring_timeouts': 250, 'after_work': 250, 'delays': 250, EVENTS: 2_000}
"""Milliseconds of real time: instant for a person at a screen; for published events, as late as AWS
brings them."""

TIMERS = {Due.MISS: 'ring_timeouts', Due.CLEAR: 'after_work', Due.CONSIDER: 'delays'}


class PlayState(StrEnum):
    """Whether a plan is being played."""

    IDLE = 'idle'
    PLAYING = 'playing'
    DONE = 'done'
    STOPPED = 'stopped'


class LoadProgress(BaseModel):
    """The progress of a plan."""

    state: PlayState
    plan: LoadPlan | None
    begins: datetime | None
    now: datetime | None
    share: float
    behind_seconds: float
    """How far the clock is behind the requested speed, in real seconds."""
    tally: Tally
    late: dict[str, Late]


class Player:
    """Plays one plan at a time in one centre."""

    def __init__(self, centre: Centre, hand: Hand) -> None:
        self.hand = hand
        self._centre = centre
        self._play: _Play | None = None
        self._state = PlayState.IDLE
        centre.act_listeners.append(self._stop_in_another_centre)

    def begin(self, plan: LoadPlan) -> None:
        """Play a plan from now on.

        Raises:
            NotPossible: another plan is being played.
        """
        if self.is_playing:
            raise NotPossible('Something is being played already')
        self._play = _Play(self._centre, self.hand, plan)
        self._state = PlayState.PLAYING

    def stop(self) -> None:
        """Stop playing; open contacts stay."""
        self._finish(PlayState.STOPPED)

    @property
    def is_playing(self) -> bool:
        """Whether a plan is being played."""
        return self._state is PlayState.PLAYING

    @property
    def progress(self) -> LoadProgress:
        """Return the progress."""
        play = self._play
        return LoadProgress(
            state=self._state,
            plan=play.plan if play else None,
            begins=play.begins if play else None,
            now=self._centre.clock.now() if play else None,
            share=play.share if play else 0.0,
            behind_seconds=round(play.behind_seconds, 3) if play and self.is_playing else 0.0,
            tally=play.people.tally if play else Tally(),
            late=play.late() if play else {},
        )

    async def run(self) -> None:
        """Play any plan that is begun, until cancelled."""
        while True:
            if self.is_playing:
                self.take_a_turn()
            await asyncio.sleep(REST_SECONDS)

    def take_a_turn(self) -> None:
        """Process due actions, for at most one turn."""
        play = self._play
        if play is not None and self.is_playing and play.take_a_turn() and self.is_playing:
            self._finish(PlayState.DONE)

    def play_out(self) -> None:
        """Process all remaining actions, as fast as possible."""
        if self._play is not None and self.is_playing:
            self._play.play_to(self._play.ends)
            self._finish(PlayState.DONE)

    def note_told(self, moments: Iterable[datetime]) -> None:
        """Record that events of these times were published."""
        if self._play is not None and self.is_playing:
            self._play.note_told(moments)

    def _stop_in_another_centre(self) -> None:
        """Stop when the centre was replaced."""
        if self._play is not None and not self._play.is_same_centre():
            self._finish(PlayState.STOPPED)

    def _finish(self, state: PlayState) -> None:
        if self._play is not None and self.is_playing:
            self._play.leave()
            self._state = state


class _Play:
    """One plan in progress."""

    def __init__(self, centre: Centre, hand: Hand, plan: LoadPlan) -> None:
        self.plan = plan
        self._centre = centre
        self._timeline = Timeline()
        self._was_held = centre.clock.is_held
        centre.clock.hold()
        self.begins = plan.begins(centre.clock.now())
        self.ends = self.begins + timedelta(minutes=plan.minutes)
        self._world = centre.world
        self._quotas = dict(self._world.state.quotas)
        self._late = {kind: Lateness(most) for kind, most in DEADLINES.items()}
        context = PlayContext(centre=centre, hand=hand, timeline=self._timeline, plan=plan)
        self.people = PlayedPeople(context, self.begins)
        self._open()

    def _open(self) -> None:
        self._move_to(self.begins)
        self._world.state.quotas = dict.fromkeys(Channel, PLENTY)
        self.people.enter()
        self._centre.event_listeners.append(self.people.hear)
        self._world.on_due = self._note_timer
        self._wall_began, self._clock_began = time.perf_counter(), self.begins

    def leave(self) -> None:
        """Restore everything that was changed for playing."""
        self._centre.event_listeners.remove(self.people.hear)
        self._world.on_due = _nothing
        self._world.state.quotas = self._quotas
        if not self._was_held:
            self._centre.clock.release()

    def is_same_centre(self) -> bool:
        """Whether the centre has not been replaced since the start."""
        return self._centre.world is self._world

    @property
    def share(self) -> float:
        """Return the finished share."""
        gone = (self._centre.clock.now() - self.begins) / timedelta(minutes=self.plan.minutes)
        return min(1.0, max(0.0, gone))

    @property
    def behind_seconds(self) -> float:
        """Return how many real seconds the clock is late."""
        behind = self._wished() - self._centre.clock.now()
        return max(0.0, behind.total_seconds() / self.plan.speed)

    def late(self) -> dict[str, Late]:
        """Return the delays, by kind."""
        return {kind: lateness.read() for kind, lateness in self._late.items()}

    def take_a_turn(self) -> bool:
        """Process due actions for a while; return whether all are done."""
        if self._centre.clock.now() > self._wished():  # somebody else moved the clock
            self._wall_began, self._clock_began = time.perf_counter(), self._centre.clock.now()
        until = min(self._wished(), self.ends)
        stop_at = time.perf_counter() + TURN_SECONDS
        while time.perf_counter() < stop_at:
            if not self._step(until):
                return until >= self.ends
        return False

    def play_to(self, moment: datetime) -> None:
        """Process all actions due by a time."""
        while self._step(moment):
            pass

    def note_told(self, moments: Iterable[datetime]) -> None:
        """Record published events."""
        for moment in moments:
            self._note(EVENTS, moment)

    def _step(self, until: datetime) -> bool:
        """Go to the next time at which anything is due, and process it; return whether there was one.

        The world's own timers count too: an agent reacts to an offer that a timer makes.
        """
        now = self._centre.clock.now()
        planned, timers = self._timeline.next_at, self._world.state.timers
        moment = min([now + GRID, *[t for t in (planned, timers[0].at if timers else None) if t]])
        if max(moment, now) > until:
            return False
        self._move_to(moment)
        if planned is not None and planned <= moment:
            self._timeline.take()()
            self._note('routing', planned)
        self.people.react()
        return True

    def _move_to(self, moment: datetime) -> None:
        ahead = moment - self._centre.clock.now()
        if ahead > timedelta():
            self._centre.clock.advance(ahead)
        self._centre.faults.catch_up()
        self._centre.pass_time()

    def _wished(self) -> datetime:
        """Return the time that the simulator's clock should show."""
        real = time.perf_counter() - self._wall_began
        return self._clock_began + timedelta(seconds=real * self.plan.speed)

    def _note_timer(self, timer: Timer) -> None:
        if kind := TIMERS.get(timer.due):
            self._note(kind, timer.at)

    def _note(self, kind: str, moment: datetime) -> None:
        late = (self._wished() - moment).total_seconds() / self.plan.speed
        self._late[kind].note(late * 1_000)


def _nothing(_timer: Timer) -> None:
    """Ignore a timer."""
