"""Who wrote what, by name, as a customer may know it."""

from collections.abc import Iterable
from uuid import UUID

from services.chats.events import ChatCard, ChatMessage
from services.people.agents import Agents


class Names:
    """The names of the agents that one page has met."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self._known: dict[UUID, str] = {}

    def unknown(self, chat: ChatCard, messages: Iterable[ChatMessage] = ()) -> set[UUID]:
        """Return the people in these whose names are still to be learned."""
        people = {chat.agent_id, *(message.sender_id for message in messages)}
        return {person for person in people if person is not None} - self._known.keys()

    async def learn(self, people: set[UUID]) -> None:
        """Read the names of these people."""
        if people:
            # Who has left the desk has no name; asking for it again with every message would not find it.
            self._known |= dict.fromkeys(people, '') | await self._agents.names(list(people))

    def holder(self, chat: ChatCard) -> str:
        """Return the name of the agent who holds a chat, empty when nobody does."""
        return self._known.get(chat.agent_id, '') if chat.agent_id else ''

    def writer(self, message: ChatMessage) -> str:
        """Return the name over a message: the agent's; the customer's own messages need none."""
        return self._known.get(message.sender_id, '') if message.sender_id else ''
