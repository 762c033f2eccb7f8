"""Random histories of a centre: whatever agents and customers do, the story of each call is where its customer is.

The centre of the sandbox is played within this process; its events are read as those of AWS and told in any order, some of
them twice. Compared is with the centre itself, not with what it told.
"""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_DNS, UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.sandbox.connect import hand as acts
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.hand import Caller, Hand
from desk.sandbox.connect.seed import seed_id
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.refusals import Refusal
from desk.sandbox.connect.world.terms import AgentContactState, EndpointType, Initiation
from models import CallLeg, CallLegKind, CallMoment, StepKind
from services.aws.facts import HeldContact, agent_event, contact_event
from services.calls.computed_call import ComputedCall, computed_call
from services.calls.legs import KINDS, MOMENTS, fill

AGENTS = ('agent1', 'agent2', 'agent3', 'agent4')
QUEUE = '주문·배송'
OVER = {StepKind.ENDED, StepKind.ABANDONED}


def id_of(text: str) -> UUID:
    return uuid5(NAMESPACE_DNS, text)


@dataclass
class Ledger:
    """What was told, as rows."""

    legs: dict[str, CallLeg] = field(default_factory=dict)
    moments: dict[tuple[object, ...], CallMoment] = field(default_factory=dict)

    def hear(self, body: dict[str, object]) -> None:
        text = json.dumps(body)
        if 'detail' in body:
            facts = contact_event(text)
            agent_id = id_of(facts.user_id) if facts.user_id else None
            queue_id = id_of(facts.queue_id) if facts.queue_id else None
            leg = self._leg(facts.contact_id, facts.initiation)
            fill(leg, facts, agent_id=agent_id, queue_id=queue_id, phone=facts.phone)
        elif (agent := agent_event(text)) is not None:
            for held in agent.contacts:
                self._hold(agent.user_id, held)

    def story(self, root_id: str) -> ComputedCall | None:
        return computed_call(root_id, [*self.legs.values()], [*self.moments.values()])

    def _hold(self, user_id: str, held: HeldContact) -> None:
        leg = self._leg(held.contact_id, held.initiation)
        if leg.kind is CallLegKind.OUTBOUND and leg.agent_id is None:
            leg.agent_id = id_of(user_id)
        moment = CallMoment(
            leg_id=leg.id,
            connect_user=user_id,
            agent_id=id_of(user_id),
            kind=MOMENTS[held.state],
            at=held.since,
        )
        self.moments.setdefault((leg.id, user_id, moment.kind, moment.at), moment)

    def _leg(self, contact_id: str, initiation: str) -> CallLeg:
        if contact_id not in self.legs:
            kind = KINDS.get(initiation, CallLegKind.OTHER)
            self.legs[contact_id] = CallLeg(
                id=id_of(contact_id), call_id=UUID(int=1), contact_id=contact_id, kind=kind
            )
        return self.legs[contact_id]


class Play:
    """A centre in which people act; what it refuses is refused."""

    def __init__(self) -> None:
        self.centre = Centre()
        self.centre.clock.hold()
        self.hand = Hand(self.centre)
        for name in AGENTS:
            self.hand.choose_status(name, '상담 가능')

    def act(self, deed: str, who: int, which: int) -> None:
        with suppress(Refusal):
            self._deeds()[deed](AGENTS[who % len(AGENTS)], which)
        self.centre.clock.advance(timedelta(seconds=1))
        self.centre.pass_time()

    @property
    def contacts(self) -> list[Contact]:
        return [*self.centre.world.state.contacts.values()]

    def _deeds(self) -> dict[str, Callable[[str, int], object]]:
        return {
            'ring': lambda _, n: self.hand.ring(f'+82101234{n:04}', Caller(queue=QUEUE)),
            'call back': lambda _, n: self.hand.ask_to_be_called(
                f'+82101234{n:04}', Caller(queue=QUEUE)
            ),
            'dial': lambda who, _: self.hand.act(who, acts.call(outside())),
            'call colleague': lambda who, n: self.hand.act(who, acts.call(colleague(n))),
            'take': lambda who, n: self._do(who, n, acts.accept),
            'refuse': lambda who, n: self._do(who, n, acts.reject),
            'fail': lambda who, n: self._do(who, n, acts.fail),
            'hold': lambda who, n: self._do(who, n, acts.hold),
            'resume': lambda who, n: self._do(who, n, acts.resume),
            'ask colleague': lambda who, n: self._do(
                who, n, lambda id_: acts.add(id_, colleague(n))
            ),
            'ask outside': lambda who, n: self._do(who, n, lambda id_: acts.add(id_, outside())),
            'ask queue': lambda who, n: self._do(who, n, lambda id_: acts.add(id_, queue())),
            'swap': lambda who, n: self._do(who, n, acts.swap),
            'confer': lambda who, n: self._do(who, n, acts.conference),
            'end': lambda who, n: self._do(who, n, acts.end),
            'clear': lambda who, n: self._do(who, n, acts.clear),
            'hang up': lambda _, n: self._hang_up(n),
            'wait': lambda _, n: self.centre.clock.advance(timedelta(seconds=5 * (n % 5))),
        }

    def _do(self, who: str, which: int, make: Callable[[str], acts.AgentAct[object]]) -> None:
        """Let the agent do it with one of the contacts in their hands."""
        agent = next(
            one for one in self.centre.world.state.agents.values() if one.profile.username == who
        )
        held = [*agent.assignments]
        if held:
            self.hand.act(who, make(held[which % len(held)]))

    def _hang_up(self, which: int) -> None:
        live = [one.id for one in self.contacts if not one.is_over]
        if live:
            self.hand.hang_up(live[which % len(live)])


def outside() -> Endpoint:
    return Endpoint(type=EndpointType.PHONE_NUMBER, phone_number='+821055556666')


def queue() -> Endpoint:
    return Endpoint(type=EndpointType.QUEUE, queue_id=seed_id('queue/결제·환불'))


def colleague(which: int) -> Endpoint:
    return Endpoint(type=EndpointType.AGENT, user_id=seed_id(f'user/{AGENTS[which % len(AGENTS)]}'))


DEEDS = [
    'ring', 'ring', 'call back', 'dial', 'call colleague', 'take', 'take', 'take', 'take', 'refuse', 'fail', 'hold',
    'resume', 'ask colleague', 'ask colleague', 'ask outside', 'ask queue', 'swap', 'confer', 'end', 'end', 'clear',
    'clear', 'hang up', 'wait',
]  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(0, 9)),
    min_size=30,
    max_size=60,
)


@settings(max_examples=20, deadline=None)
@given(steps=STEPS, chance=st.randoms(use_true_random=False))
def test_story_of_a_call_is_where_its_customer_is(
    steps: list[tuple[str, int, int]], chance: random.Random
) -> None:
    play = Play()
    for step in steps:
        play.act(*step)
    events = [*play.centre.events]
    in_order, mixed = Ledger(), Ledger()
    for event in events:
        in_order.hear(event)
    chance.shuffle(events)
    for event in [*events, *events[:20]]:
        mixed.hear(event)

    for contact in play.contacts:
        if contact.root_id == contact.id and contact.id in in_order.legs:
            story = in_order.story(contact.id)
            assert story == mixed.story(contact.id)
            if story is not None:
                assert_is(story, contact, play)


def told(at: datetime | None) -> datetime | None:
    """A time as events tell it: in milliseconds."""
    return at and at.replace(microsecond=at.microsecond // 1_000 * 1_000)


def assert_is(story: ComputedCall, root: Contact, play: Play) -> None:
    """Compare a story with the conversation as the centre has it."""
    conversation = [
        one
        for one in play.contacts
        if one.root_id == root.id and one.initiation is not Initiation.MONITOR
    ]
    live = [one for one in conversation if not one.is_over]
    main = [one for one in live if one.upstream_id is None]
    assert (story.end_time is None) == bool(live)
    if main:
        assert story.leg_ids[-1] == id_of(main[0].id)
        if main[0].connected_to_agent_at and main[0].agent_id:
            assert story.agent_id == id_of(main[0].agent_id)
    else:
        assert story.end_time in {told(one.disconnected_at) for one in conversation}
    connected = [
        one.connected_to_agent_at
        for one in conversation
        if one.connected_to_agent_at and id_of(one.id) in story.leg_ids
    ]
    assert story.answered_at == told(min(connected, default=None))
    assert_steps(story, root, play)


def assert_steps(story: ComputedCall, root: Contact, play: Play) -> None:
    kinds = [step.kind for step in story.steps]
    assert kinds[0] is StepKind.CREATED
    assert kinds.count(StepKind.CREATED) == 1
    assert sum(kind in OVER for kind in kinds) == (story.end_time is not None)
    assert kinds.count(StepKind.TRANSFERRED) == len(story.leg_ids) - 1
    assert [step.at for step in story.steps] == sorted(step.at for step in story.steps)
    if len(story.leg_ids) == 1 and root.initiation is Initiation.INBOUND:
        missed = [
            one.outcome
            for one in root.attempts
            if one.outcome in {AgentContactState.MISSED, AgentContactState.ERROR}
        ]
        assert kinds.count(StepKind.MISSED) == len(missed)
        assert kinds.count(StepKind.OFFERED) == len(root.attempts)
