"""Plays a plan: moves the sandbox's clock from one thing that is due to the next, at the speed that is wished.

The clock is held and moved by the player alone, so that what happens depends on the plan, never on how quick the machine
is. How late things happen is measured against the wall clock and never hidden.
"""

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.load.cast import Cast, Stagehands, Tally
from desk.sandbox.connect.control.load.plan import LoadPlan
from desk.sandbox.connect.control.load.timeline import Late, Lateness, Timeline
from desk.sandbox.connect.hand import Hand
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.state import Due, Timer
from desk.sandbox.connect.world.terms import Channel

GRID = timedelta(seconds=1)  # the clock moves at least so often
REST_SECONDS = 0.01
TURN_SECONDS = 0.03  # of work, before others may work
PLENTY = 1_000_000  # contacts at once: who plays so much has asked AWS for more
EVENTS = 'events'
DEADLINES = {'routing': 250, 'ring_timeouts': 250, 'after_work': 250, 'delays': 250, EVENTS: 2_000}
"""Milliseconds of real time: what somebody at a screen sees as at once; and told events, which AWS itself brings late."""

TIMERS = {Due.MISS: 'ring_timeouts', Due.CLEAR: 'after_work', Due.CONSIDER: 'delays'}


class PlayState(StrEnum):
    """Whether anything is played."""

    IDLE = 'idle'
    PLAYING = 'playing'
    DONE = 'done'
    STOPPED = 'stopped'


class LoadProgress(BaseModel):
    """How far it is."""

    state: PlayState
    plan: LoadPlan | None
    begins: datetime | None
    now: datetime | None
    share: float
    behind_seconds: float
    """How far the clock is behind the wished speed, in real seconds."""
    tally: Tally
    late: dict[str, Late]


class Player:
    """Plays one plan at a time in one centre."""

    def __init__(self, centre: Centre, hand: Hand) -> None:
        self.hand = hand
        self._centre = centre
        self._play: _Play | None = None
        self._state = PlayState.IDLE
        centre.act_listeners.append(self._leave_another_stage)

    def begin(self, plan: LoadPlan) -> None:
        """Play a plan from now on.

        Raises:
            NotPossible: another one is being played.
        """
        if self.is_playing:
            raise NotPossible('Something is being played already')
        self._play = _Play(self._centre, self.hand, plan)
        self._state = PlayState.PLAYING

    def stop(self) -> None:
        """Play no more; what goes on goes on."""
        self._finish(PlayState.STOPPED)

    @property
    def is_playing(self) -> bool:
        """Whether something is being played."""
        return self._state is PlayState.PLAYING

    @property
    def progress(self) -> LoadProgress:
        """Return how far it is."""
        play = self._play
        return LoadProgress(
            state=self._state,
            plan=play.plan if play else None,
            begins=play.begins if play else None,
            now=self._centre.clock.now() if play else None,
            share=play.share if play else 0.0,
            behind_seconds=round(play.behind_seconds, 3) if play and self.is_playing else 0.0,
            tally=play.cast.tally if play else Tally(),
            late=play.late() if play else {},
        )

    async def run(self) -> None:
        """Play whatever there is to play, for ever."""
        while True:
            if self.is_playing:
                self.take_a_turn()
            await asyncio.sleep(REST_SECONDS)

    def take_a_turn(self) -> None:
        """Do what is due by now, but not for longer than a turn."""
        play = self._play
        if play is not None and self.is_playing and play.take_a_turn() and self.is_playing:
            self._finish(PlayState.DONE)

    def play_out(self) -> None:
        """Do all that is left, as fast as it goes."""
        if self._play is not None and self.is_playing:
            self._play.play_to(self._play.ends)
            self._finish(PlayState.DONE)

    def note_told(self, moments: Iterable[datetime]) -> None:
        """Take note that events of these moments have reached who is told."""
        if self._play is not None and self.is_playing:
            self._play.note_told(moments)

    def _leave_another_stage(self) -> None:
        """Stop when the centre has started over or become that of a snapshot."""
        if self._play is not None and not self._play.is_on_stage():
            self._finish(PlayState.STOPPED)

    def _finish(self, state: PlayState) -> None:
        if self._play is not None and self.is_playing:
            self._play.leave()
            self._state = state


class _Play:
    """One plan on its way."""

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
        with_ = Stagehands(centre=centre, hand=hand, timeline=self._timeline, plan=plan)
        self.cast = Cast(with_, self.begins)
        self._open()

    def _open(self) -> None:
        self._move_to(self.begins)
        self._world.state.quotas = dict.fromkeys(Channel, PLENTY)
        self.cast.enter()
        self._centre.event_listeners.append(self.cast.hear)
        self._world.on_due = self._note_timer
        self._wall_began, self._clock_began = time.perf_counter(), self.begins

    def leave(self) -> None:
        """Put everything back that was changed to play."""
        self._centre.event_listeners.remove(self.cast.hear)
        self._world.on_due = _nothing
        self._world.state.quotas = self._quotas
        if not self._was_held:
            self._centre.clock.release()

    def is_on_stage(self) -> bool:
        """Whether the centre is still the one that it began in."""
        return self._centre.world is self._world

    @property
    def share(self) -> float:
        """Return how much of it is over."""
        gone = (self._centre.clock.now() - self.begins) / timedelta(minutes=self.plan.minutes)
        return min(1.0, max(0.0, gone))

    @property
    def behind_seconds(self) -> float:
        """Return how much the clock is late, in real seconds."""
        behind = self._wished() - self._centre.clock.now()
        return max(0.0, behind.total_seconds() / self.plan.speed)

    def late(self) -> dict[str, Late]:
        """Return how late things were, by kind."""
        return {kind: lateness.read() for kind, lateness in self._late.items()}

    def take_a_turn(self) -> bool:
        """Do what is due by now, for a while; return whether all is done."""
        if self._centre.clock.now() > self._wished():  # somebody else moved the clock
            self._wall_began, self._clock_began = time.perf_counter(), self._centre.clock.now()
        until = min(self._wished(), self.ends)
        stop_at = time.perf_counter() + TURN_SECONDS
        while time.perf_counter() < stop_at:
            if not self._step(until):
                return until >= self.ends
        return False

    def play_to(self, moment: datetime) -> None:
        """Do all that is due by a moment."""
        while self._step(moment):
            pass

    def note_told(self, moments: Iterable[datetime]) -> None:
        """Take note of events that were told."""
        for moment in moments:
            self._note(EVENTS, moment)

    def _step(self, until: datetime) -> bool:
        """Go to the next moment at which anything is due, and let it happen; return whether there was one.

        The world's own timers are moments too: who is offered something by one reacts from then on.
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
        self.cast.react()
        return True

    def _move_to(self, moment: datetime) -> None:
        ahead = moment - self._centre.clock.now()
        if ahead > timedelta():
            self._centre.clock.advance(ahead)
        self._centre.faults.catch_up()
        self._centre.pass_time()

    def _wished(self) -> datetime:
        """Return what time it should be on the sandbox's clock."""
        real = time.perf_counter() - self._wall_began
        return self._clock_began + timedelta(seconds=real * self.plan.speed)

    def _note_timer(self, timer: Timer) -> None:
        if kind := TIMERS.get(timer.due):
            self._note(kind, timer.at)

    def _note(self, kind: str, moment: datetime) -> None:
        late = (self._wished() - moment).total_seconds() / self.plan.speed
        self._late[kind].note(late * 1_000)


def _nothing(_timer: Timer) -> None:
    """Hear of a timer that nobody waits for."""
