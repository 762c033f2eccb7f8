"""Random histories of a contact centre: whatever people do, in whatever order, its rules hold."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desk.sandbox.connect.seed import PEOPLE, STATUSES, seed_id, seeded
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.realtime_metrics import RealtimeMetrics
from desk.sandbox.connect.world.refusals import Refusal
from desk.sandbox.connect.world.snapshots import SnapshotWriter
from desk.sandbox.connect.world.state import dumped
from desk.sandbox.connect.world.terms import (
    FAILED,
    TALKING,
    AgentContactState,
    Channel,
    EndpointType,
    LegState,
    Role,
    Stage,
)
from tests.support.soaking import SOAKS

MORNING = datetime(2026, 8, 10, tzinfo=UTC)
QUEUES = ('주문·배송', '결제·환불', '기술지원')
AGENTS = [seed_id(f'user/{person[0]}') for person in PEOPLE[:5]]
agents = st.sampled_from(AGENTS)
queues = st.sampled_from([seed_id(f'queue/{name}') for name in QUEUES])
statuses = st.sampled_from([seed_id(f'status/{name}') for name, _ in STATUSES[:3]])
numbers = st.sampled_from(['+821011112222', '+821099990000', '+4420123456'])
places = st.integers(0, 200)


def possible(act: Callable[..., None]) -> Callable[..., None]:
    """Let a refusal be no failure: it is the world's right to say no."""

    @wraps(act)
    def acting(*args: object, **kwargs: object) -> None:
        with suppress(Refusal):
            act(*args, **kwargs)

    return acting


class Centre(RuleBasedStateMachine):
    """People who do anything at any time; what is not possible is refused and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(seeded(MORNING))
        self.world.state.dialling.silent_numbers.append('+821099990000')
        self.ended: Counter[str] = Counter()
        self.online: Counter[str] = Counter()
        self.cleared: Counter[str] = Counter()
        self.kept = SnapshotWriter(self.world.core)

    @initialize()
    def begin_the_day(self) -> None:
        for agent_id in AGENTS[:4]:
            profile = self.agent(agent_id).profile
            profile.auto_accepts = tuple(Channel if agent_id in AGENTS[:2] else ())
            profile.after_work_seconds = dict.fromkeys(Channel, 5)
            self.world.hands.choose_status(self.agent(agent_id), seed_id('status/상담 가능'))

    def agent(self, agent_id: str) -> Agent:
        return self.world.state.agents[agent_id]

    def held(self, agent_id: str, place: int) -> Contact | None:
        held = list(self.agent(agent_id).assignments)
        return self.world.state.contacts[held[place % len(held)]] if held else None

    def talking(self, place: int) -> tuple[Agent, Contact] | None:
        """Somebody who talks on the phone, if anybody does."""
        talking = [
            (agent, self.world.state.contacts[held.contact_id])
            for agent in self.world.state.agents.values()
            for held in agent.assignments.values()
            if held.state in TALKING and held.channel is Channel.VOICE
        ]
        return talking[place % len(talking)] if talking else None

    def any_contact(self, place: int) -> Contact | None:
        contacts = [c for c in self.world.state.contacts.values() if not c.is_over]
        return contacts[place % len(contacts)] if contacts else None

    @rule(number=numbers, queue=queues, priority=st.integers(1, 9))
    @possible
    def ring(self, number: str, queue: str, priority: int) -> None:
        self.world.arrivals.ring(number, Wish(queue_id=queue, priority=priority))

    @rule(number=numbers, queue=queues)
    @possible
    def dial(self, number: str, queue: str) -> None:
        self.world.arrivals.dial(number, Wish(queue_id=queue))

    @rule(number=numbers, queue=queues, seconds=st.sampled_from([0, 60]))
    @possible
    def call_back(self, number: str, queue: str, seconds: int) -> None:
        self.world.arrivals.call_back(number, Wish(queue_id=queue), in_seconds=seconds)

    @rule(queue=queues)
    @possible
    def chat(self, queue: str) -> None:
        contact = self.world.arrivals.chat(
            '홍길동', Wish(queue_id=queue), minutes=60, content_types=['text/plain']
        )
        customer = self.world.rooms.of(contact).first(Role.CUSTOMER)
        assert customer is not None
        self.world.rooms.connect(customer.token, join=True)

    @rule(queue=queues, seconds=st.sampled_from([0, 60]))
    @possible
    def task(self, queue: str, seconds: int) -> None:
        at = self.world.now + timedelta(seconds=seconds) if seconds else None
        self.world.arrivals.task(Wish(queue_id=queue, name='확인'), at)

    @rule(agent=agents, status=statuses)
    @possible
    def choose_status(self, agent: str, status: str) -> None:
        self.world.hands.choose_status(self.agent(agent), status)

    @rule(
        agent=agents,
        place=places,
        verb=st.sampled_from(['accept', 'reject', 'fail', 'clear']),
    )
    @possible
    def answer(self, agent: str, place: int, verb: str) -> None:
        if contact := self.held(agent, place):
            getattr(self.world.hands, verb)(self.agent(agent), contact.id)
            self.cleared[contact.id] += verb == 'clear'

    @rule(place=places, leg=places, verb=st.sampled_from(['hold', 'resume', 'drop']))
    @possible
    def use_leg(self, place: int, leg: int, verb: str) -> None:
        if found := self.talking(place):
            agent, contact = found
            leg_id = contact.legs[leg % len(contact.legs)].id
            getattr(self.world.calls, verb)(agent, contact.id, leg_id)

    @rule(place=places, verb=st.sampled_from(['swap', 'conference', 'leave']))
    @possible
    def use_call(self, place: int, verb: str) -> None:
        if found := self.talking(place):
            getattr(self.world.calls, verb)(found[0], found[1].id)

    @rule(place=places, other=agents, kind=st.sampled_from(EndpointType), queue=queues)
    @possible
    def consult(self, place: int, other: str, kind: EndpointType, queue: str) -> None:
        endpoint = Endpoint(type=kind, user_id=other, queue_id=queue, phone_number='+821011112222')
        if found := self.talking(place):
            self.world.calls.add(found[0], found[1].id, endpoint)

    @rule(
        agent=agents,
        place=places,
        other=agents,
        kind=st.sampled_from(EndpointType),
        queue=queues,
        number=numbers,
    )
    @possible
    def move(
        self, agent: str, place: int, other: str, kind: EndpointType, queue: str, number: str
    ) -> None:
        endpoint = Endpoint(type=kind, user_id=other, queue_id=queue, phone_number=number)
        if contact := self.held(agent, place):
            if contact.channel is Channel.CHAT:
                self.world.arrivals.transfer_chat(self.agent(agent), contact.id, endpoint)
            else:
                flow = next(iter(self.world.state.flows))
                self.world.arrivals.transfer_task(contact.id, endpoint, flow)

    @rule(agent=agents, other=agents, kind=st.sampled_from(EndpointType), number=numbers)
    @possible
    def call_out(self, agent: str, other: str, kind: EndpointType, number: str) -> None:
        endpoint = Endpoint(type=kind, user_id=other, phone_number=number)
        self.world.calls.call(self.agent(agent), endpoint)

    @rule(agent=agents, place=places)
    @possible
    def assign(self, agent: str, place: int) -> None:
        if contact := self.any_contact(place):
            self.world.arrivals.assign(contact.id, agent)

    @rule(agent=agents, place=places, barge=st.booleans())
    @possible
    def monitor(self, agent: str, place: int, barge: bool) -> None:
        if contact := self.any_contact(place):
            self.world.arrivals.monitor(contact.id, agent, barge=barge)

    @rule(place=places, how=st.sampled_from(['stop', 'customer', 'agent']), agent=agents)
    @possible
    def finish(self, place: int, how: str, agent: str) -> None:
        contact = self.any_contact(place)
        if contact is None:
            return
        if how == 'stop':
            self.world.stop(contact.id)
        elif how == 'agent':
            self.world.end_for_agent(agent, contact.id)
        elif contact.channel is Channel.VOICE:
            self.world.calls.customer_leaves(contact.id)
        elif room := self.world.state.rooms.get(contact.room_id or ''):
            customer = room.first(Role.CUSTOMER)
            assert customer is not None
            self.world.chats.leave(self.world.rooms.connect(customer.token, join=True).token)

    @rule(place=places, grade=st.sampled_from(['VIP', 'GOLD']))
    def note(self, place: int, grade: str) -> None:
        """Attributes can be set long after the end."""
        if contacts := list(self.world.state.contacts):
            self.world.core.contact(contacts[place % len(contacts)]).attributes['grade'] = grade

    @rule(place=places, priority=st.integers(1, 9), shift=st.integers(-60, 60))
    @possible
    def reprioritise(self, place: int, priority: int, shift: int) -> None:
        if contact := self.any_contact(place):
            self.world.routing.reprioritise(contact, priority, shift)

    @rule(seconds=st.sampled_from([0, 1, 3, 3, 6, 21, 31, 61, 301]))
    @possible
    def wait(self, seconds: int) -> None:
        self.world.run_to(self.world.now + timedelta(seconds=seconds))

    @invariant()
    def nobody_has_more_than_they_can_take(self) -> None:
        for agent in self.world.state.agents.values():
            profile = self.world.state.profiles[agent.profile.routing_profile_id]
            for channel in Channel:
                assert agent.active(channel) <= profile.concurrency[channel]

    @invariant()
    def every_contact_is_in_one_place(self) -> None:
        waiting = Counter(
            place.contact_id
            for queue in self.world.state.queues.values()
            for places in queue.waiting.values()
            for place in places
        )
        live = Counter(
            held.contact_id
            for agent in self.world.state.agents.values()
            for held in agent.assignments.values()
            if held.is_live
        )
        for contact in self.world.state.contacts.values():
            assert waiting[contact.id] == (contact.stage is Stage.QUEUED)
            assert live[contact.id] == (contact.stage in {Stage.OFFERED, Stage.CONNECTED})
            if live[contact.id]:
                assert contact.id in self.agent(contact.agent_id or '').assignments

    @invariant()
    def nothing_in_hand_is_lost(self) -> None:
        """What an agent missed or refused stays with them until they clear it."""
        kept = FAILED - {AgentContactState.ERROR}  # a failure passes by itself
        for contact in self.world.state.contacts.values():
            given = Counter(a.agent_id for a in contact.attempts if a.outcome in kept)
            cleared = self.cleared[contact.id]
            left = sum(
                agent.assignments[contact.id].state in kept
                for agent in self.world.state.agents.values()
                if contact.id in agent.assignments
            )
            assert left + cleared >= sum(given.values())

    @invariant()
    def queues_are_in_order(self) -> None:
        for queue in self.world.state.queues.values():
            for waiting in queue.waiting.values():
                assert [p.key for p in waiting] == sorted(p.key for p in waiting)

    @invariant()
    def what_is_over_is_down(self) -> None:
        for contact in self.world.state.contacts.values():
            if contact.is_over:
                assert not any(leg.is_up for leg in contact.legs)
                assert contact.disconnected_at is not None
            elif contact.stage is Stage.CONNECTED and contact.channel is Channel.VOICE:
                assert contact.others_up
                held = self.agent(contact.agent_id or '').assignments[contact.id]
                is_on_hold = all(leg.state is LegState.HOLD for leg in contact.others_up)
                assert (held.state is AgentContactState.CONNECTED_ONHOLD) == is_on_hold

    @invariant()
    def rooms_last_as_long_as_their_contact(self) -> None:
        for room in self.world.state.rooms.values():
            assert (room.ended_at is not None) == self.world.state.contacts[room.contact_id].is_over
            assert sum(p.role is Role.AGENT for p in room.present) <= 1

    @invariant()
    def events_tell_the_same_story(self) -> None:
        """What is told adds up: every contact ends once, and agents are where their records say."""
        self.world.settle()
        for event in self.world.take_told():
            if event.kind == 'contact':
                self.ended[event.subject_id] += event.body['detail']['eventType'] == 'DISCONNECTED'
            else:
                status = event.body['CurrentAgentSnapshot']['AgentStatus']['Type']
                self.online[event.subject_id] = status != 'OFFLINE'
        for contact in self.world.state.contacts.values():
            assert self.ended[contact.id] == contact.is_over
        for agent in self.world.state.agents.values():
            assert self.online[agent.id] == self.world.core.is_online(agent)

    @invariant()
    def what_is_kept_is_the_whole_centre(self) -> None:
        """What was put into words before is still true."""
        kept = json.loads(b''.join([self.kept.head(), *self.kept.body()]))

        assert kept == json.loads(dumped(self.world.state))

    @invariant()
    def metrics_equal_a_recount(self) -> None:
        live = RealtimeMetrics(self.world.core)
        for queue in self.world.state.queues.values():
            for channel in Channel:
                contacts = [
                    contact
                    for contact in self.world.state.contacts.values()
                    if contact.queue_id == queue.id
                    and contact.channel is channel
                    and contact.enqueued_at is not None
                ]
                waiting = sum(c.stage in {Stage.QUEUED, Stage.OFFERED} for c in contacts)
                assert live.in_queue(queue.id, channel) == waiting
        talking = {
            agent.id
            for agent in self.world.state.agents.values()
            if any(held.state in TALKING for held in agent.assignments.values())
        }
        assert live.count_agents('AGENTS_ON_CONTACT') == len(talking)
        for channel in Channel:
            going = [c for c in self.world.state.contacts.values() if c.channel is channel]
            assert self.world.state.going.get(channel, 0) == sum(not c.is_over for c in going)


TestHistories = Centre.TestCase
TestHistories.settings = settings(
    max_examples=800 if SOAKS else 25,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
