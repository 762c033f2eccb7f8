"""The hand of whoever tests: acts for the customers and the agents that boto3 cannot act for.

The one way to these acts. The JSON API and the control page (``control``) and the load player call them; the softphone
calls the same acts of the world.
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
    """Who wants something, of which queue (its id or its name)."""

    queue: str
    name: str = ''
    attributes: Mapping[str, str] = field(default_factory=dict)


class Hand:
    """Acts for the people of one centre. Every act raises a ``Refusal`` where the world does not do it."""

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
        """Let a customer ask for a callback; return the contact's id."""
        with self._centre.acting() as world:
            return world.arrivals.call_back(number, _wish(world, caller)).id

    def start_chat(self, caller: Caller, text: str = '') -> str:
        """Let a customer start a chat, come in, and say something first; return the contact's id."""
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
        """Let there be a task; return the contact's id."""
        with self._centre.acting() as world:
            wish = _wish(world, caller)
            wish.description = description
            return world.arrivals.task(wish).id

    def say(self, contact_id: str, role: Role, text: str) -> None:
        """Let the customer or the agent of a call or a chat say something."""
        with self._centre.acting() as world:
            contact = world.core.live(contact_id)
            if contact.channel is Channel.CHAT:
                self._write(world, contact, role, text)
            else:
                world.calls.say(contact_id, role, text)

    def type(self, contact_id: str, role: Role) -> None:
        """Let the customer or the agent of a chat be seen typing."""
        with self._centre.acting() as world:
            token = self._token(world, world.core.live(contact_id), role)
            world.chats.signal(token, TYPING, '')

    def press(self, contact_id: str, digits: str) -> None:
        """Let the customer of a call press keys."""
        with self._centre.acting() as world:
            world.calls.press(contact_id, digits)

    def hang_up(self, contact_id: str) -> None:
        """Let the customer of a call hang up, or the customer of a chat leave."""
        with self._centre.acting() as world:
            contact = world.core.live(contact_id)
            if contact.channel is Channel.CHAT:
                world.chats.leave(self._token(world, contact, Role.CUSTOMER))
            else:
                world.calls.customer_leaves(contact_id)

    def choose_status(self, username: str, status: str) -> None:
        """Let an agent choose a status, by its id or its name."""
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
        """Set what an agent accepts by itself, and how long after-contact work may take (0: as long as they like)."""
        with self._centre.acting() as world:
            profile = agent_of(world, username).profile
            if auto_accepts is not None:
                profile.auto_accepts = tuple(auto_accepts)
            if after_work_seconds is not None:
                profile.after_work_seconds = dict.fromkeys(Channel, after_work_seconds)

    def act(self, username: str, act: AgentAct[Answer]) -> Answer:
        """Let an agent do something of ``ACTS`` (or anything else that the world lets them do)."""
        with self._centre.acting() as world:
            return act(world, agent_of(world, username))

    def dial(self, *, silent: list[str], forbidden: list[str]) -> None:
        """Say which numbers never answer, and which must not be called."""
        dialling = self._centre.world.state.dialling
        dialling.silent_numbers, dialling.forbidden_numbers = silent, forbidden

    def _write(self, world: World, contact: Contact, role: Role, text: str) -> None:
        world.chats.write(self._token(world, contact, role), 'text/plain', text)

    def _token(self, world: World, contact: Contact, role: Role) -> str:
        """Return a connection of who has that role in a chat; the first time they come in by it."""
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
    """Take what rings."""
    return lambda world, agent: world.hands.accept(agent, contact_id)


def reject(contact_id: str) -> AgentAct[None]:
    """Refuse what rings."""
    return lambda world, agent: world.hands.reject(agent, contact_id)


def fail(contact_id: str) -> AgentAct[None]:
    """Take what rings, and have a line that fails."""
    return lambda world, agent: world.hands.fail(agent, contact_id)


def clear(contact_id: str) -> AgentAct[None]:
    """Let go of what is over."""
    return lambda world, agent: world.hands.clear(agent, contact_id)


def end(contact_id: str) -> AgentAct[None]:
    """Leave a call, end a chat, finish a task."""
    return lambda world, agent: world.end_for_agent(agent.id, contact_id)


def swap(contact_id: str) -> AgentAct[None]:
    """Let who waits and who talks change places."""
    return lambda world, agent: world.calls.swap(agent, contact_id)


def conference(contact_id: str) -> AgentAct[None]:
    """Let all talk to all."""
    return lambda world, agent: world.calls.conference(agent, contact_id)


def hold(contact_id: str, leg_id: str = '') -> AgentAct[None]:
    """Let one of the others wait; the customer when none is named."""
    return lambda world, agent: world.calls.hold(
        agent, contact_id, leg_id or customer_leg(world, contact_id).id
    )


def resume(contact_id: str, leg_id: str = '') -> AgentAct[None]:
    """Talk to who was waiting; the customer when none is named."""
    return lambda world, agent: world.calls.resume(
        agent, contact_id, leg_id or customer_leg(world, contact_id).id
    )


def drop(contact_id: str, leg_id: str) -> AgentAct[None]:
    """Hang up on one of the others."""
    return lambda world, agent: world.calls.drop(agent, contact_id, leg_id)


def add(contact_id: str, endpoint: Endpoint) -> AgentAct[str]:
    """Call somebody else into the call; return the id of their contact."""
    return lambda world, agent: world.calls.add(agent, contact_id, endpoint).id


def call(endpoint: Endpoint) -> AgentAct[str]:
    """Call a number or a colleague; return the contact's id."""
    return lambda world, agent: world.calls.call(agent, endpoint).id


def transfer(contact_id: str, endpoint: Endpoint) -> AgentAct[str]:
    """Move a chat to a queue or an agent; return the id of the new contact."""
    return lambda world, agent: world.arrivals.transfer_chat(agent, contact_id, endpoint).id


def token(contact_id: str) -> AgentAct[str]:
    """Return the token with which the agent takes part in a chat: what the softphone is given."""

    def of(world: World, agent: Agent) -> str:
        room = world.rooms.of(world.core.talking(agent, contact_id))
        for participant in room.present:
            if participant.agent_id == agent.id:
                return participant.token
        raise NotThere('The agent is not in the chat')

    return of


def legs(contact_id: str) -> AgentAct[list[Leg]]:
    """Return the ends of a contact: what ``hold``, ``resume`` and ``drop`` name."""
    return lambda world, _agent: world.core.contact(contact_id).legs


def customer_leg(world: World, contact_id: str) -> Leg:
    """Return the customer's end of a call.

    Raises:
        NotThere: there is no such call.
    """
    if leg := world.core.contact(contact_id).first_leg:
        return leg
    raise NotThere(f'Contact {contact_id} has no customer on the line')


def agent_of(world: World, username: str) -> Agent:
    """Return an agent by username.

    Raises:
        NotThere: there is nobody of that name.
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
    """Return a queue's id by its id or its name; what is neither the world refuses."""
    standard = (queue for queue in world.state.queues.values() if queue.type is QueueType.STANDARD)
    return next((queue.id for queue in standard if queue.name == wanted), wanted)
