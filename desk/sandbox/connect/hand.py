"""Acts for customers and agents in ways that boto3 cannot; for testers.

It is the only way to these actions. The JSON API, the control page (``control``) and the load
player call it; the softphone calls the same actions of the world.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.world import World
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.arrivals import Wish
from desk.sandbox.connect.world.contact import Contact, Leg
from desk.sandbox.connect.world.directory import Endpoint
from desk.sandbox.connect.world.refusals import NotPermitted, NotPossible, NotThere
from desk.sandbox.connect.world.room import TYPING
from desk.sandbox.connect.world.terms import (
    DEFAULT_CHAT_MINUTES,
    Channel,
    QueueType,
    Role,
)

Answer = TypeVar('Answer')
AgentAct = Callable[[World, Agent], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A customer's contact details, and the queue they want (by id or name)."""

    queue: str
    name: str = ''
    attributes: Mapping[str, str] = field(default_factory=dict)


class Hand:
    """Acts for the people of one centre.

    Every action raises a ``Refusal`` where the world refuses it.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._tokens: dict[tuple[str, Role], str] = {}

    def ring(self, number: str, caller: Caller, *, is_recorded: bool = False) -> str:
        """Let a customer call; return the contact's id. Most flows record from the beginning."""
        with self._centre.acting() as world:
            contact = world.arrivals.ring(number, _wish(world, caller))
            if is_recorded:
                contact.recording.started_at = world.now
            return contact.id

    def ask_to_be_called(self, number: str, caller: Caller) -> str:
        """Make a customer request a callback; return the contact's id."""
        with self._centre.acting() as world:
            return world.arrivals.call_back(number, _wish(world, caller)).id

    def start_chat(self, caller: Caller, text: str = '') -> str:
        """Make a customer start a chat, join, and write first; return the contact's id."""
        with self._centre.acting() as world:
            wish = _wish(world, caller)
            contact = world.arrivals.chat(
                caller.name, wish, minutes=DEFAULT_CHAT_MINUTES, content_types=['text/plain']
            )
            self._token(world, contact, Role.CUSTOMER)
            if text:
                self._write(world, contact, Role.CUSTOMER, text)
            return contact.id

    def start_task(self, caller: Caller, description: str = '') -> str:
        """Create a task; return the contact's id."""
        with self._centre.acting() as world:
            wish = _wish(world, caller)
            wish.description = description
            return world.arrivals.task(wish).id

    def say(self, contact_id: str, role: Role, text: str) -> None:
        """Make the customer or the agent of a call or chat say something."""
        with self._centre.acting() as world:
            contact = world.core.live(contact_id)
            if contact.channel is Channel.CHAT:
                self._write(world, contact, role, text)
            else:
                world.calls.say(contact_id, role, text)

    def type(self, contact_id: str, role: Role) -> None:
        """Send a typing event of the customer or the agent of a chat."""
        with self._centre.acting() as world:
            token = self._token(world, world.core.live(contact_id), role)
            world.chats.signal(token, TYPING, '')

    def press(self, contact_id: str, digits: str) -> None:
        """Make the customer of a call press keys."""
        with self._centre.acting() as world:
            world.calls.press(contact_id, digits)

    def set_attributes(self, contact_id: str, attributes: Mapping[str, str]) -> None:
        """Set attributes of a contact as its flow does while it goes on (``UpdateContactAttributes``)."""
        with self._centre.acting() as world:
            world.core.set_attributes(world.core.contact(contact_id), attributes)

    def hang_up(self, contact_id: str) -> None:
        """Make the customer of a call hang up, or of a chat leave."""
        with self._centre.acting() as world:
            contact = world.core.live(contact_id)
            if contact.channel is Channel.CHAT:
                world.chats.leave(self._token(world, contact, Role.CUSTOMER))
            else:
                world.calls.customer_leaves(contact_id)

    def choose_status(self, username: str, status: str) -> None:
        """Set an agent's status, by id or name."""
        with self._centre.acting() as world:
            statuses = world.state.statuses.values()
            found = next((each.id for each in statuses if status in {each.id, each.name}), status)
            world.hands.choose_status(agent_of(world, username), found)

    def set_up(
        self,
        username: str,
        *,
        auto_accepts: Iterable[Channel] | None = None,
        after_work_seconds: int | None = None,
    ) -> None:
        """Set an agent's automatic acceptance, and the seconds of after-contact work (0: no limit)."""
        with self._centre.acting() as world:
            profile = agent_of(world, username).profile
            if auto_accepts is not None:
                profile.auto_accepts = tuple(auto_accepts)
            if after_work_seconds is not None:
                profile.after_work_seconds = dict.fromkeys(Channel, after_work_seconds)

    def act(self, username: str, act: AgentAct[Answer]) -> Answer:
        """Make an agent do one of ``ACTS`` (or any other action of the world)."""
        with self._centre.acting() as world:
            return act(world, agent_of(world, username))

    def dial(self, *, silent: list[str], forbidden: list[str]) -> None:
        """Set the numbers that never answer, and those that must not be called."""
        dialling = self._centre.world.state.dialling
        dialling.silent_numbers, dialling.forbidden_numbers = silent, forbidden

    def _write(self, world: World, contact: Contact, role: Role, text: str) -> None:
        world.chats.write(self._token(world, contact, role), 'text/plain', text)

    def _token(self, world: World, contact: Contact, role: Role) -> str:
        """Return a connection for a role in a chat; the first one lets the participant join."""
        room = world.rooms.of(contact)
        participant = room.first(role)
        if participant is None:
            raise NotPossible(f'There is no {role} in the chat')
        token = self._tokens.get((participant.id, role), '')
        try:
            world.rooms.at(token)
        except NotPermitted:
            token = world.rooms.connect(participant.token, join=True).token
            self._tokens[participant.id, role] = token
        return token


def accept(contact_id: str) -> AgentAct[None]:
    """Accept an offered contact."""
    return lambda world, agent: world.hands.accept(agent, contact_id)


def reject(contact_id: str) -> AgentAct[None]:
    """Reject an offered contact."""
    return lambda world, agent: world.hands.reject(agent, contact_id)


def fail(contact_id: str) -> AgentAct[None]:
    """Accept an offered contact, whose connection then fails."""
    return lambda world, agent: world.hands.fail(agent, contact_id)


def clear(contact_id: str) -> AgentAct[None]:
    """Clear an ended contact."""
    return lambda world, agent: world.hands.clear(agent, contact_id)


def end(contact_id: str) -> AgentAct[None]:
    """Leave a call, end a chat, finish a task."""
    return lambda world, agent: world.end_for_agent(agent.id, contact_id)


def swap(contact_id: str) -> AgentAct[None]:
    """Swap the talking and the held party."""
    return lambda world, agent: world.calls.swap(agent, contact_id)


def conference(contact_id: str) -> AgentAct[None]:
    """Connect all parties with each other."""
    return lambda world, agent: world.calls.conference(agent, contact_id)


def hold(contact_id: str, leg_id: str = '') -> AgentAct[None]:
    """Put one party on hold; the customer when none is named."""
    return lambda world, agent: world.calls.hold(
        agent, contact_id, leg_id or customer_leg(world, contact_id).id
    )


def resume(contact_id: str, leg_id: str = '') -> AgentAct[None]:
    """Resume a held party; the customer when none is named."""
    return lambda world, agent: world.calls.resume(
        agent, contact_id, leg_id or customer_leg(world, contact_id).id
    )


def drop(contact_id: str, leg_id: str) -> AgentAct[None]:
    """Hang up on one party."""
    return lambda world, agent: world.calls.drop(agent, contact_id, leg_id)


def add(contact_id: str, endpoint: Endpoint) -> AgentAct[str]:
    """Add another party to the call; return the id of its contact."""
    return lambda world, agent: world.calls.add(agent, contact_id, endpoint).id


def call(endpoint: Endpoint) -> AgentAct[str]:
    """Call a number or a colleague; return the contact's id."""
    return lambda world, agent: world.calls.call(agent, endpoint).id


def transfer(contact_id: str, endpoint: Endpoint) -> AgentAct[str]:
    """Move a chat to a queue or an agent; return the id of the new contact."""
    return lambda world, agent: world.arrivals.transfer_chat(agent, contact_id, endpoint).id


def token(contact_id: str) -> AgentAct[str]:
    """Return the agent's participant token in a chat, as the softphone gets it."""

    def of(world: World, agent: Agent) -> str:
        room = world.rooms.of(world.core.talking(agent, contact_id))
        for participant in room.present:
            if participant.agent_id == agent.id:
                return participant.token
        raise NotThere('The agent is not in the chat')

    return of


def legs(contact_id: str) -> AgentAct[list[Leg]]:
    """Return the ends of a contact, which ``hold``, ``resume`` and ``drop`` name."""
    return lambda world, _agent: world.core.contact(contact_id).legs


def customer_leg(world: World, contact_id: str) -> Leg:
    """Return the customer's end of a call.

    Raises:
        NotThere: the call does not exist.
    """
    if leg := world.core.contact(contact_id).first_leg:
        return leg
    raise NotThere(f'Contact {contact_id} has no customer on the line')


def agent_of(world: World, username: str) -> Agent:
    """Return an agent by username.

    Raises:
        NotThere: the agent does not exist.
    """
    for agent in world.state.agents.values():
        if agent.profile.username == username:
            return agent
    raise NotThere(f'There is no {username}')


def _wish(world: World, caller: Caller) -> Wish:
    return Wish(
        queue_id=_queue_id(world, caller.queue),
        name=caller.name,
        attributes=dict(caller.attributes),
    )


def _queue_id(world: World, wanted: str) -> str:
    """Return a queue's id from its id or name; an unknown one is returned for the world to refuse."""
    standard = (queue for queue in world.state.queues.values() if queue.type is QueueType.STANDARD)
    return next((queue.id for queue in standard if queue.name == wanted), wanted)
