"""The rooms of chats: participants and lines. ``chats`` ends the contacts of ended chats."""

from datetime import timedelta
from hashlib import sha256

from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.core import Core
from desk.sandbox.connect.world.refusals import NotPermitted, NotPossible
from desk.sandbox.connect.world.room import (
    CHAT_ENDED,
    ITEM_TYPES,
    JOINED,
    KEPT,
    LEFT,
    TRANSFERRED,
    Connection,
    Item,
    ItemType,
    Participant,
    Room,
)
from desk.sandbox.connect.world.state import Due
from desk.sandbox.connect.world.terms import (
    BOT_CONNECT_SECONDS,
    CHAT_CONNECT_SECONDS,
    Initiation,
    Role,
    Stage,
)

CONNECTION_LIFE = timedelta(days=1)


class Rooms:
    """Every chat's room."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._state = core.state

    def make(self, contact: Contact, name: str, minutes: int, content_types: list[str]) -> Room:
        """Create the room of a new chat; the customer has five minutes to join."""
        room = Room(
            id=contact.id,
            contact_id=contact.id,
            content_types=content_types,
            expires_at=self._core.now + timedelta(minutes=minutes),
        )
        contact.room_id = room.id
        self._state.rooms[room.id] = room
        self.add(room, Role.CUSTOMER, name)
        self._core.later(CHAT_CONNECT_SECONDS, Due.EXPIRE, room.id, detail='unjoined')
        self._core.later(minutes * 60, Due.EXPIRE, room.id)
        return room

    def of(self, contact: Contact) -> Room:
        """Return a chat's room.

        Raises:
            NotPossible: the contact is not a chat.
        """
        if room := self._state.rooms.get(contact.room_id or ''):
            return room
        raise NotPossible(f'Contact {contact.id} is not a chat')

    def add(self, room: Room, role: Role, name: str, *, agent_id: str | None = None) -> Participant:
        """Add a participant, with a token to join."""
        participant = Participant(
            id=self._core.new_id(),
            role=role,
            name=name,
            token=self._secret(),
            contact_id=room.contact_id,
            made_at=self._core.now,
            agent_id=agent_id,
        )
        room.participants[participant.id] = participant
        self._state.participant_tokens[participant.token] = (room.id, participant.id)
        if role is Role.CUSTOM_BOT:
            self._core.later(BOT_CONNECT_SECONDS, Due.LEAVE, room.id, detail=participant.id)
        return participant

    def connect(self, participant_token: str, *, join: bool) -> Connection:
        """Give a participant a connection; with ``join``, or with the first socket, they join.

        Raises:
            NotPermitted: the token is unknown, or the chat is over for them.
        """
        found = self._state.participant_tokens.get(participant_token)
        if found is None:
            raise NotPermitted('Access denied')
        room, participant = (
            self._state.rooms[found[0]],
            self._state.rooms[found[0]].participants[found[1]],
        )
        if room.ended_at is not None or participant.left_at is not None:
            raise NotPermitted('Access denied')
        connection = Connection(
            token=self._secret(),
            participant_id=participant.id,
            room_id=room.id,
            expires_at=self._core.now + CONNECTION_LIFE,
        )
        self._state.connections[connection.token] = connection
        if join and not self._is_awaited(participant):
            self.join(room, participant)
        return connection

    def at(self, connection_token: str) -> tuple[Room, Participant]:
        """Return the room and the participant of a connection.

        Raises:
            NotPermitted: it is unknown, has expired, or the chat is over for them.
        """
        connection = self._state.connections.get(connection_token)
        if connection is None or connection.expires_at <= self._core.now:
            raise NotPermitted('Access denied')
        room = self._state.rooms[connection.room_id]
        participant = room.participants[connection.participant_id]
        if room.ended_at is not None or participant.left_at is not None:
            raise NotPermitted('Access denied')
        return room, participant

    def join(self, room: Room, participant: Participant) -> None:
        """Let a participant join; a repeat does nothing."""
        if participant.joined_at is None:
            participant.joined_at = self._core.now
            self.post(room, participant, JOINED)

    def leave(self, room: Room, participant: Participant) -> None:
        """Let a participant leave; a repeat does nothing."""
        if participant.left_at is None:
            was_here = participant.is_here
            participant.left_at = self._core.now
            if was_here:
                self.post(room, participant, LEFT)

    def place_of(self, contact: Contact, agent: Agent) -> Participant:
        """Return the agent's participant in a chat.

        A softphone requests it while the chat still rings.
        """
        room = self.of(contact)
        for participant in room.participants.values():
            if participant.agent_id == agent.id and participant.left_at is None:
                return participant
        is_monitor = contact.initiation is Initiation.MONITOR
        role = Role.SUPERVISOR if is_monitor else Role.AGENT
        name = f'{agent.profile.last_name}{agent.profile.first_name}'
        return self.add(room, role, name, agent_id=agent.id)

    def agent_joins(self, contact: Contact, agent: Agent) -> None:
        """Let the agent of a chat join; a custom participant then leaves."""
        room = self.of(contact)
        if bot := room.first(Role.CUSTOM_BOT):
            self.leave(room, bot)
        self.join(room, self.place_of(contact, agent))

    def agent_leaves(self, room: Room, agent_id: str | None) -> None:
        """Let an agent or supervisor leave a chat that continues."""
        for participant in list(room.participants.values()):
            if room.ended_at is None and agent_id and participant.agent_id == agent_id:
                self.leave(room, participant)

    def carry_over(self, contact: Contact, new: Contact) -> None:
        """Move the room to another contact; the agent leaves, and only they get the reason (chatjs#241)."""
        room = self.of(contact)
        agent = room.first(Role.AGENT)
        if agent is not None:
            self.leave(room, agent)
        room.contact_id = new.id
        self.post(room, None, TRANSFERRED, only_for=agent.id if agent else '')

    def end(self, room: Room) -> None:
        """End the chat for everybody."""
        for participant in list(room.participants.values()):
            self.leave(room, participant)
        self.post(room, None, CHAT_ENDED)
        room.ended_at = self._core.now

    def post(
        self,
        room: Room,
        participant: Participant | None,
        content_type: str,
        content: str = '',
        *,
        attachment_ids: list[str] | None = None,
        only_for: str = '',
    ) -> Item:
        """Add a line to the room, and send it to all listeners."""
        by_default = ItemType.ATTACHMENT if attachment_ids else ItemType.MESSAGE
        item = Item(
            id=self._core.new_id(),
            type=ITEM_TYPES.get(content_type, by_default),
            at=self._core.now,
            contact_id=room.contact_id,
            content_type=content_type,
            content=content,
            participant_id=participant.id if participant else '',
            role=participant.role if participant else Role.SYSTEM,
            name=participant.name if participant else 'SYSTEM_MESSAGE',
            attachment_ids=attachment_ids or [],
            only_for=only_for,
        )
        if item.type in KEPT:
            room.items.append(item)
        self._core.on_item(room, item)
        return item

    def _is_awaited(self, participant: Participant) -> bool:
        """Whether the chat still rings at this agent: only accepting it lets them join."""
        contact = self._core.contact(participant.contact_id)
        return participant.agent_id is not None and contact.stage is Stage.OFFERED

    def _secret(self) -> str:
        """Return a token. It is reproducible by the seed, and protects nothing real."""
        return sha256(f'{self._state.seed}/{self._core.number()}'.encode()).hexdigest() * 2
