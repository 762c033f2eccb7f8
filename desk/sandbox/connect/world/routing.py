"""The simulator's routing of contacts to agents.

A contact goes to the longest idle agent who serves its queue and has a free slot. An agent gets,
among the queues of their routing profile, the one with the smallest priority number, and there the
longest waiting contact with the smallest priority number. An agent with a next status gets no
offers.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import datetime, timedelta

from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Attempt, Contact, Leg
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.directory import (
    Endpoint,
    Queue,
    RoutingProfile,
    ServedQueue,
    Waiting,
)
from desk.sandbox.connect.world.refusals import NotThere
from desk.sandbox.connect.world.state import Due
from desk.sandbox.connect.world.terms import (
    OFFER_SECONDS,
    AgentContactState,
    Channel,
    EndpointType,
    LegKind,
    LegState,
    Stage,
    StatusType,
)


class Routing:
    """The queues, and offers from them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state

    def queue(self, queue_id: str) -> Queue:
        """Return the queue.

        Raises:
            NotThere: it does not exist.
        """
        if queue := self._state.queues.get(queue_id):
            return queue
        raise NotThere(f'Queue {queue_id} does not exist')

    def profile(self, profile_id: str) -> RoutingProfile:
        """Return the routing profile.

        Raises:
            NotThere: it does not exist.
        """
        if profile := self._state.profiles.get(profile_id):
            return profile
        raise NotThere(f'Routing profile {profile_id} does not exist')

    def enqueue(self, contact: Contact, queue_id: str) -> None:
        """Add a contact to a queue, and offer it if an agent is free."""
        self.queue(queue_id)
        contact.queue_id, contact.enqueued_at = queue_id, self._core.now
        self._wait(contact)
        self._core.tell('QUEUED', contact)
        self._watch_delays(contact)
        self.consider(contact)

    def requeue(self, contact: Contact) -> None:
        """Return a contact that nobody accepted to its old place in the queue."""
        contact.agent_id = None
        contact.legs = [leg for leg in contact.legs if leg.kind is not LegKind.AGENT]
        self._wait(contact)
        self.consider(contact)

    def reprioritise(self, contact: Contact, priority: int, age_shift_seconds: int) -> None:
        """Move a contact within its queue, by priority or by adding waiting time."""
        is_waiting = contact.stage is Stage.QUEUED
        if is_waiting:
            self.leave(contact)
        contact.priority, contact.age_shift_seconds = priority, age_shift_seconds
        if is_waiting:
            self._wait(contact)
            self.consider(contact)

    def leave(self, contact: Contact) -> None:
        """Remove a waiting contact from its queue."""
        waiting = self._waiting(contact)
        place = bisect_left(waiting, self._place(contact).key, key=lambda other: other.key)
        del waiting[place]

    def consider(self, contact: Contact) -> None:
        """Offer a waiting contact to the longest idle agent who may have it, if any."""
        free = [
            agent
            for agent in self._state.agents.values()
            if contact.id not in agent.assignments  # a missed one stays until it is cleared
            and self.is_free(agent, contact.channel)
            and (served := self._served(agent, contact)) is not None
            and self._is_ripe(contact, served)
        ]
        if free:
            self.offer(contact, min(free, key=lambda agent: agent.idle_since))

    def serve(self, agent: Agent) -> None:
        """Offer an agent waiting contacts while they have a free slot."""
        while contact := self._next(agent):
            self.offer(contact, agent)

    def offer(self, contact: Contact, agent: Agent) -> None:
        """Offer a waiting contact to an agent."""
        self.leave(contact)
        contact.stage, contact.agent_id = Stage.OFFERED, agent.id
        contact.attempts.append(Attempt(agent_id=agent.id, at=self._core.now))
        state = AgentContactState.INCOMING if contact.is_callback else AgentContactState.CONNECTING
        held = self.hand_over(contact, agent, state)
        seconds = OFFER_SECONDS[contact.channel]
        self._core.later(seconds, Due.MISS, contact.id, agent_id=agent.id, turn=held.turn)
        if contact.channel in agent.profile.auto_accepts:
            self._core.later(0, Due.ACCEPT, contact.id, agent_id=agent.id, turn=held.turn)

    def hand_over(self, contact: Contact, agent: Agent, state: AgentContactState) -> Assignment:
        """Assign a contact to an agent."""
        held = Assignment(
            contact_id=contact.id,
            channel=contact.channel,
            state=state,
            since=self._core.now,
            turn=self._core.number(),
            queue_id=contact.queue_id,
        )
        agent.assignments[contact.id] = held
        contact.agent_id = agent.id
        if contact.channel is Channel.VOICE:
            contact.legs.insert(0, self._agent_leg(agent))
            held.leg_id = contact.legs[0].id
        self._core.touch(agent)
        return held

    def is_free(self, agent: Agent, channel: Channel) -> bool:
        """Whether routing may offer the agent one more contact of this channel."""
        status = self._state.statuses[agent.status_id]
        if status.type is not StatusType.ROUTABLE or agent.next_status_id is not None:
            return False
        profile = self._state.profiles[agent.profile.routing_profile_id]
        if not profile.mixes_channels and any(
            held.channel is not channel for held in agent.assignments.values()
        ):
            return False
        return self.has_slot(agent, channel)

    def has_slot(self, agent: Agent, channel: Channel) -> bool:
        """Whether one more contact of this channel is within the agent's capacity."""
        profile = self._state.profiles[agent.profile.routing_profile_id]
        return agent.active(channel) < profile.concurrency.get(channel, 0)

    def _next(self, agent: Agent) -> Contact | None:
        """Return the next contact for an agent."""
        best: tuple[tuple[int, int, datetime, int], Contact] | None = None
        for served in self._served_queues(agent):
            if not self.is_free(agent, served.channel):
                continue
            for place in self._state.queues[served.queue_id].waiting.get(served.channel, []):
                contact = self._state.contacts[place.contact_id]
                if contact.id not in agent.assignments and self._is_ripe(contact, served):
                    key = (served.priority, *place.key)
                    best = min(best, (key, contact), key=lambda b: b[0]) if best else (key, contact)
                    break
        return best and best[1]

    def _served_queues(self, agent: Agent) -> Iterator[ServedQueue]:
        for channel in Channel:
            yield ServedQueue(queue_id=agent.queue_id, channel=channel, priority=0)
        yield from self._state.profiles[agent.profile.routing_profile_id].served

    def _served(self, agent: Agent, contact: Contact) -> ServedQueue | None:
        """Return the priority and delay with which the agent serves the contact's queue, or ``None``."""
        wanted = (contact.queue_id, contact.channel)
        if agent.queue_id == contact.queue_id:
            return ServedQueue(queue_id=agent.queue_id, channel=contact.channel, priority=0)
        profile = self._state.profiles[agent.profile.routing_profile_id]
        return next((s for s in profile.served if (s.queue_id, s.channel) == wanted), None)

    def _is_ripe(self, contact: Contact, served: ServedQueue) -> bool:
        waited = self._core.now - (contact.enqueued_at or self._core.now)
        return waited >= timedelta(seconds=served.delay_seconds)

    def _watch_delays(self, contact: Contact) -> None:
        delays = {
            served.delay_seconds
            for profile in self._state.profiles.values()
            for served in profile.served
            if (served.queue_id, served.channel) == (contact.queue_id, contact.channel)
        }
        for seconds in delays - {0}:
            self._core.later(seconds, Due.CONSIDER, contact.id)

    def _wait(self, contact: Contact) -> None:
        contact.stage = Stage.QUEUED
        insort(self._waiting(contact), self._place(contact), key=lambda other: other.key)

    def _waiting(self, contact: Contact) -> list[Waiting]:
        queue = self._state.queues[contact.queue_id or '']
        return queue.waiting.setdefault(contact.channel, [])

    def _place(self, contact: Contact) -> Waiting:
        since = (contact.enqueued_at or self._core.now) - timedelta(
            seconds=contact.age_shift_seconds
        )
        return Waiting(
            priority=contact.priority, since=since, number=contact.number, contact_id=contact.id
        )

    def _agent_leg(self, agent: Agent) -> Leg:
        seat = Endpoint(type=EndpointType.AGENT, name=agent.profile.username, user_id=agent.id)
        return self._core.new_leg(LegKind.AGENT, LegState.CONNECTING, seat)
