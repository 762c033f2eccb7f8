"""The foundation of the world's parts: state, time, ids, timers, and events."""

import heapq
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from desk.sandbox.connect.world import events
from desk.sandbox.connect.world.agent import Agent, Assignment
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.refusals import Gone, NotPossible, NotThere
from desk.sandbox.connect.world.room import Item, Room
from desk.sandbox.connect.world.state import Due, State, Timer
from desk.sandbox.connect.world.terms import (
    MAX_ATTRIBUTE_BYTES,
    AgentContactState,
    EndpointType,
    LegKind,
    LegState,
    Reason,
    Stage,
    StatusType,
)

ATTRIBUTE_KEY = re.compile(r'[A-Za-z0-9_-]+')
NAMESPACE = UUID('0e4f7a3d-9f0b-4f47-8a53-6b3d8c1f2a10')


class Core:
    """The state, and actions that all parts share."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.told: list[events.Event] = []
        self.changed: dict[str, None] = {}  # agents changed since their last event, in order
        self.looked_up: set[str] = set()  # contacts looked up since the last snapshot
        self.on_item: Callable[[Room, Item], None] = lambda _room, _item: None
        self._snapshots: dict[str, events.Json] = {}

    @property
    def now(self) -> datetime:
        """Return the world's current time."""
        return self.state.now

    def number(self) -> int:
        """Return the world's next number; later numbers are greater."""
        self.state.numbers += 1
        return self.state.numbers

    def new_id(self) -> str:
        """Return an id that is the same for the same history and seed."""
        return str(uuid5(NAMESPACE, f'{self.state.seed}/{self.number()}'))

    def later(
        self,
        seconds: float,
        due: Due,
        subject_id: str,
        *,
        agent_id: str = '',
        turn: int = 0,
        detail: str = '',
    ) -> None:
        """Schedule a timer in this many seconds."""
        timer = Timer(
            at=self.now + timedelta(seconds=seconds),
            number=self.number(),
            due=due,
            subject_id=subject_id,
            agent_id=agent_id,
            turn=turn,
            detail=detail,
        )
        heapq.heappush(self.state.timers, timer)

    def contact(self, contact_id: str) -> Contact:
        """Return the contact.

        Raises:
            NotThere: it does not exist.
        """
        if contact := self.state.contacts.get(contact_id):
            self.looked_up.add(contact_id)
            return contact
        raise NotThere(f'Contact {contact_id} does not exist')

    def live(self, contact_id: str) -> Contact:
        """Return a contact that has not ended.

        Raises:
            NotThere, Gone: it does not exist, or has ended.
        """
        contact = self.contact(contact_id)
        if contact.is_over:
            raise Gone(f'Contact {contact_id} has ended')
        return contact

    def agent(self, agent_id: str) -> Agent:
        """Return the agent.

        Raises:
            NotThere: the agent does not exist.
        """
        if agent := self.state.agents.get(agent_id):
            return agent
        raise NotThere(f'User {agent_id} does not exist')

    def assignment(self, agent: Agent, contact_id: str) -> Assignment:
        """Return the agent's assignment of the contact.

        Raises:
            NotThere: the agent does not have it.
        """
        if assignment := agent.assignments.get(contact_id):
            return assignment
        raise NotThere(f'User {agent.id} does not have contact {contact_id}')

    def talking(self, agent: Agent, contact_id: str) -> Contact:
        """Return a contact that the agent is connected to.

        Raises:
            NotThere, Gone: the agent does not have it, or it has ended.
            NotPossible: the agent is not connected to it.
        """
        self.assignment(agent, contact_id)
        contact = self.live(contact_id)
        if contact.stage is not Stage.CONNECTED or contact.agent_id != agent.id:
            raise NotPossible(f'Contact {contact_id} is not connected to this agent')
        return contact

    def is_online(self, agent: Agent) -> bool:
        """Whether the agent is at work, available or not."""
        return self.state.statuses[agent.status_id].type is not StatusType.OFFLINE

    def turn(self, agent: Agent, assignment: Assignment, state: AgentContactState) -> None:
        """Set the assignment's state from now on."""
        assignment.state, assignment.since = state, self.now
        assignment.turn = self.number()
        self.touch(agent)

    def touch(self, agent: Agent) -> None:
        """Note that the agent has changed, for the next agent event."""
        self.changed[agent.id] = None

    def tell(self, kind: str, contact: Contact, **more: object) -> None:
        """Publish an event of a contact."""
        contact.updated_at = self.now
        self.looked_up.add(contact.id)
        self.told.append(events.contact_event(self.state, kind, contact, self.new_id(), more))

    def conversation(self, contact: Contact) -> list[Contact]:
        """Return all contacts of a contact's conversation."""
        return [each for each in self.state.contacts.values() if each.root_id == contact.root_id]

    def set_attributes(self, contact: Contact, attributes: Mapping[str, str]) -> None:
        """Set attributes of a conversation, beside those that it has; also after its end."""
        whole = contact.attributes | dict(attributes)
        check_attributes(whole)
        for each in self.conversation(contact):
            each.attributes = dict(whole)
            self.tell('CONTACT_DATA_UPDATED', each, updatedProperties=['UserDefinedAttributes'])
            for agent in self.state.agents.values():
                if each.id in agent.assignments:
                    self.changed[agent.id] = None

    def tell_agents(self) -> None:
        """Publish an event for each agent who has changed since the last time."""
        for agent_id in self.changed:
            agent = self.state.agents[agent_id]
            snapshot = events.agent_snapshot(self.state, agent)
            before = self._snapshots.get(agent_id)
            if snapshot != before:
                self._snapshots[agent_id] = snapshot
                event = events.agent_event(self.state, agent, snapshot, before, self.new_id())
                self.told.append(event)
        self.changed.clear()

    def beat(self, agent: Agent) -> None:
        """Publish a heartbeat event of an agent without changes."""
        snapshot = events.agent_snapshot(self.state, agent)
        event = events.agent_event(self.state, agent, snapshot, snapshot, self.new_id())
        event.body['EventType'] = 'HEART_BEAT'
        self.told.append(event)

    def open(self, contact: Contact) -> None:
        """Add a new contact."""
        self.state.contacts[contact.id] = contact
        self.state.going[contact.channel] = self.state.going.get(contact.channel, 0) + 1

    def new_leg(
        self,
        kind: LegKind,
        state: LegState,
        endpoint: Endpoint | None = None,
        *,
        initial: bool = False,
        to: str | None = None,
    ) -> Leg:
        """Return a new end of a call.

        Args:
            kind: the kind of party.
            state: its state.
            endpoint: its address.
            initial: whether the call began with it.
            to: the contact in this centre that it leads to.
        """
        return Leg(
            id=self.new_id(),
            kind=kind,
            state=state,
            since=self.now,
            is_initial=initial,
            endpoint=endpoint,
            other_contact_id=to,
        )

    def customer_leg(self, kind: LegKind, state: LegState, number: str) -> Leg:
        """Return a new end of a call for a customer at a number."""
        phone = Endpoint(type=EndpointType.PHONE_NUMBER, phone_number=number)
        return self.new_leg(kind, state, phone, initial=True)

    def close(self, contact: Contact, reason: Reason) -> None:
        """End a contact; the caller ends its legs, its place and its agent's assignment."""
        contact.stage, contact.reason = Stage.ENDED, reason
        contact.disconnected_at = self.now
        self.state.going[contact.channel] -= 1
        contact.holds.end(self.now)
        self.tell('DISCONNECTED', contact)


def check_attributes(attributes: Mapping[str, str]) -> None:
    """Raise ``NotPossible`` for attributes that Connect does not keep."""
    size = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
    if size > MAX_ATTRIBUTE_BYTES:
        raise NotPossible(f'Attributes take {size} bytes of {MAX_ATTRIBUTE_BYTES}')
    if not all(ATTRIBUTE_KEY.fullmatch(key) for key in attributes):
        raise NotPossible('Attribute keys are letters, digits, dashes and underscores')
