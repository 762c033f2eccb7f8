"""Played people: customers who call and chat, agents who accept, talk, hold, and clear.

Every decision is drawn from the plan's seed and its subject, so that it does not depend on other
events. Agents react to the centre's events, as their softphones would.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from pydantic import BaseModel

from desk.sandbox.connect import hand as acts
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control.load import lines
from desk.sandbox.connect.control.load.plan import Duty, LoadPlan, Shape, shift
from desk.sandbox.connect.control.load.timeline import Timeline
from desk.sandbox.connect.hand import Caller, Hand
from desk.sandbox.connect.seed import ORDERS, PAYMENTS, SUPPORT, add_agent
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.events import Event
from desk.sandbox.connect.world.refusals import Refusal
from desk.sandbox.connect.world.terms import (
    CLEARABLE,
    RINGING,
    TALKING,
    AgentContactState,
    Channel,
    Role,
    Stage,
)

QUEUES = ((ORDERS, 5), (PAYMENTS, 3), (SUPPORT, 2))
ACCEPTED, REJECTED = 0.93, 0.96  # of all offers; the rest time out
HELD, CUSTOMER_ENDS = 0.25, 0.65
FAILED_SECONDS = (3.0, 8.0)  # until an agent clears a missed contact
SIGN_IN_SECONDS = 30.0


class Tally(BaseModel):
    """Counts of the played actions."""

    calls: int = 0
    chats: int = 0
    answered: int = 0
    missed: int = 0
    rejected: int = 0
    abandoned: int = 0
    ended: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayContext:
    """The objects that the played people use."""

    centre: Centre
    hand: Hand
    timeline: Timeline
    plan: LoadPlan


class PlayedPeople:
    """All played people."""

    def __init__(self, context: PlayContext, begins: datetime) -> None:
        self._centre, self._hand = context.centre, context.hand
        self._timeline, self._plan = context.timeline, context.plan
        self._begins = begins
        self._ends = begins + timedelta(minutes=context.plan.minutes)
        self._agents: dict[str, str] = {}  # usernames by id
        self._touched: dict[str, None] = {}  # agents who have to react, in order
        self._seen: set[tuple[str, str, int]] = set()
        self._talked: set[str] = set()
        self.tally = Tally()

    def enter(self) -> None:
        """Create missing agents, plan shifts, and schedule the first customers."""
        for place, agent in enumerate(_staff(self._centre.world, self._plan.agents)):
            self._agents[agent.id] = agent.profile.username
            if limit := self._plan.after_work_limit_seconds:
                self._hand.set_up(agent.profile.username, after_work_seconds=limit)
            for at, duty in self._duties(place):
                if at < self._ends:
                    username = agent.profile.username
                    self._at(at, partial(self._hand.choose_status, username, duty.value))
        self._come('call', self._plan.calls_per_minute, self._call)
        self._come('chat', self._plan.chats_per_minute, self._chat)

    def hear(self, event: Event) -> None:
        """Note the agents who have a new contact."""
        if event.subject_id in self._agents:
            self._touched[event.subject_id] = None

    def react(self) -> None:
        """Let agents decide about new contacts."""
        while self._touched:
            agent_id = next(iter(self._touched))
            del self._touched[agent_id]
            agent = self._centre.world.state.agents[agent_id]
            for held in list(agent.assignments.values()):
                self._decide(agent, held)

    def _duties(self, place: int) -> Iterator[tuple[datetime, Duty]]:
        chance = self._chance('shift', place)
        late = timedelta(seconds=chance.random() * SIGN_IN_SECONDS)
        if self._plan.shape is Shape.FLAT:
            yield self._begins + timedelta(seconds=chance.random()), Duty.WORK
            return
        days = math.ceil((self._ends - self._begins) / timedelta(days=1))
        for day in range(days):
            for hour, duty in shift(place):
                yield self._begins + timedelta(days=day, hours=hour) + late, duty

    def _come(self, kind: str, a_minute: float, begin: Callable[[int, Random], None]) -> None:
        """Schedule the next customers of one kind at random times, more in busy hours (by thinning)."""
        if not a_minute:
            return
        chance = self._chance(kind)
        at, number, a_second = self._begins, 0, a_minute / 60 * self._plan.peak

        def following() -> None:
            nonlocal at, number
            while True:
                at += timedelta(seconds=chance.expovariate(a_second))
                if chance.random() * self._plan.peak < self._plan.busyness(at):
                    break
            if at < self._ends:
                number += 1
                mine = number
                self._timeline.at(at, lambda: come(mine))

        def come(mine: int) -> None:
            following()
            self._do(partial(begin, mine, self._chance(kind, mine)))

        following()

    def _call(self, _number: int, chance: Random) -> None:
        phone = f'+8210{chance.randrange(10**8):08}'
        contact_id = self._hand.ring(phone, _caller(chance))
        self.tally.calls += 1
        self._after(self._patience(chance), partial(self._give_up, contact_id))

    def _chat(self, _number: int, chance: Random) -> None:
        contact_id = self._hand.start_chat(_caller(chance), chance.choice(lines.BEGINNINGS))
        self.tally.chats += 1
        self._after(self._patience(chance), partial(self._give_up, contact_id))

    def _give_up(self, contact_id: str) -> None:
        if self._contact(contact_id).stage in {Stage.QUEUED, Stage.OFFERED}:
            self._hand.hang_up(contact_id)
            self.tally.abandoned += 1

    def _decide(self, agent: Agent, held: Assignment) -> None:
        key = (agent.id, held.contact_id, held.turn)
        contact = self._contact(held.contact_id)
        if key in self._seen:
            return
        self._seen.add(key)
        if held.state in RINGING:
            self._answer(agent, held, contact)
        elif held.state in TALKING and contact.id not in self._talked:
            self._talked.add(contact.id)
            self.tally.answered += 1
            self._talk(agent, contact)
        elif held.state in CLEARABLE:
            self._finish(agent, held, contact)

    def _answer(self, agent: Agent, held: Assignment, contact: Contact) -> None:
        chance = self._chance('offer', contact.number, len(contact.attempts))
        drawn = chance.random()
        wait = self._plan.answer_seconds * (0.5 + chance.random())
        username, turn = agent.profile.username, held.turn
        if drawn < REJECTED:
            act = acts.accept if drawn < ACCEPTED else acts.reject
            self._after(wait, partial(self._while_turn, agent, contact.id, turn, username, act))

    def _while_turn(
        self,
        agent: Agent,
        contact_id: str,
        turn: int,
        username: str,
        act: Callable[[str], acts.AgentAct[None]],
    ) -> None:
        """Do something with a contact unless its state has changed since the decision."""
        held = agent.assignments.get(contact_id)
        if held is not None and held.turn == turn:
            self._hand.act(username, act(contact_id))

    def _talk(self, agent: Agent, contact: Contact) -> None:
        chance = self._chance('talk', contact.number)
        seconds = _around(chance, self._plan.talk_seconds)
        if contact.channel is Channel.CHAT:
            self._write(contact.id, chance, seconds)
        else:
            self._speak(agent, contact.id, chance, seconds)
        username, contact_id = agent.profile.username, contact.id
        is_customers = chance.random() < CUSTOMER_ENDS
        self._after(seconds, partial(self._end, contact_id, '' if is_customers else username))

    def _speak(self, agent: Agent, contact_id: str, chance: Random, seconds: float) -> None:
        self._say(seconds * 0.05, contact_id, Role.CUSTOMER, chance.choice(lines.BEGINNINGS))
        self._say(seconds * 0.15, contact_id, Role.AGENT, chance.choice(lines.ANSWERS))
        self._say(seconds * 0.9, contact_id, Role.CUSTOMER, chance.choice(lines.ENDINGS))
        if chance.random() < HELD:
            username = agent.profile.username
            hold = partial(self._hand.act, username, acts.hold(contact_id))
            resume = partial(self._hand.act, username, acts.resume(contact_id))
            self._after(seconds * 0.3, partial(self._while_talking, contact_id, hold))
            self._after(seconds * 0.6, partial(self._while_talking, contact_id, resume))

    def _write(self, contact_id: str, chance: Random, seconds: float) -> None:
        rounds = chance.randint(1, 4)
        for number in range(rounds):
            at = seconds * (number + 0.5) / (rounds + 1)
            self._say(at, contact_id, Role.AGENT, chance.choice(lines.ANSWERS))
            after = seconds * (number + 0.9) / (rounds + 1)
            self._say(after, contact_id, Role.CUSTOMER, chance.choice(lines.ENDINGS))

    def _say(self, seconds: float, contact_id: str, role: Role, text: str) -> None:
        say = partial(self._hand.say, contact_id, role, text)
        self._after(seconds, partial(self._while_talking, contact_id, say))

    def _while_talking(self, contact_id: str, act: Callable[[], object]) -> None:
        if self._contact(contact_id).stage is Stage.CONNECTED:
            act()

    def _end(self, contact_id: str, username: str) -> None:
        if self._contact(contact_id).is_over:
            return
        if username:
            self._hand.act(username, acts.end(contact_id))
        else:
            self._hand.hang_up(contact_id)
        self.tally.ended += 1

    def _finish(self, agent: Agent, held: Assignment, contact: Contact) -> None:
        chance = self._chance('clear', contact.number, len(contact.attempts))
        if held.state is AgentContactState.ENDED:
            wait = _around(chance, self._plan.after_work_seconds)
        else:
            wait = min(chance.uniform(*FAILED_SECONDS), self._plan.after_work_seconds)
            is_missed = held.state is AgentContactState.MISSED
            self.tally.missed += is_missed
            self.tally.rejected += not is_missed
        username, turn = agent.profile.username, held.turn
        clear = partial(self._while_turn, agent, contact.id, turn, username, acts.clear)
        self._after(wait, clear)

    def _patience(self, chance: Random) -> float:
        return 5 + chance.expovariate(1 / self._plan.patience_seconds)

    def _contact(self, contact_id: str) -> Contact:
        return self._centre.world.core.contact(contact_id)

    def _after(self, seconds: float, act: Callable[[], object]) -> None:
        self._at(self._centre.world.now + timedelta(seconds=seconds), act)

    def _at(self, moment: datetime, act: Callable[[], object]) -> None:
        self._timeline.at(moment, partial(self._do, act))

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Refusal:
            self.tally.refused += 1

    def _chance(self, *about: object) -> Random:
        """Return the random generator for one decision."""
        return Random('/'.join(map(str, (self._plan.seed, *about))))  # noqa: S311 - reproducible on purpose


def _staff(world: World, count: int) -> list[Agent]:
    """Return this many agents; missing ones are created."""
    there = [a for a in world.state.agents.values() if a.profile.username.startswith('agent')]
    for number in range(len(there), count):
        queue, _ = QUEUES[number % len(QUEUES)]
        name = lines.NAMES[number % len(lines.NAMES)]
        add_agent(world.state, f'agent{number + 1}', name[0], name[1:], queue)
    there = [a for a in world.state.agents.values() if a.profile.username.startswith('agent')]
    return there[:count]


def _caller(chance: Random) -> Caller:
    [queue] = chance.choices([name for name, _ in QUEUES], [weight for _, weight in QUEUES])
    grade = chance.choice(('VIP', 'GOLD', 'BASIC', 'BASIC'))
    return Caller(queue=queue, name=chance.choice(lines.NAMES), attributes={'grade': grade})


def _around(chance: Random, mean: float) -> float:
    """Return a random duration: a few are much longer than most (log-normal)."""
    return chance.lognormvariate(math.log(mean) - 0.125, 0.5) if mean else 0.0
