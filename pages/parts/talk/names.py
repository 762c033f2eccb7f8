"""Names of the agents in a chat, as its customer may know them."""

from collections.abc import Iterable
from uuid import UUID

from services.chats.events import ChatCard, ChatMessage
from services.people.agents import Agents


class Names:
    """The names of the agents that one page has read."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self._known: dict[UUID, str] = {}

    def unknown(self, chat: ChatCard, messages: Iterable[ChatMessage] = ()) -> set[UUID]:
        """Return the ids of the people in these whose names are not read yet."""
        people = {chat.agent_id, *(message.sender_id for message in messages)}
        return {person for person in people if person is not None} - self._known.keys()

    async def learn(self, people: set[UUID]) -> None:
        """Read the names of these people."""
        if people:
            # An agent who has left has no name: remember that, or every message would ask again.
            self._known |= dict.fromkeys(people, '') | await self._agents.names(list(people))

    def holder(self, chat: ChatCard) -> str:
        """Return the name of the agent who holds a chat; empty when nobody does."""
        return self._known.get(chat.agent_id, '') if chat.agent_id else ''

    def writer(self, message: ChatMessage) -> str:
        """Return the name above a message: the agent's; empty for the customer's own."""
        return self._known.get(message.sender_id, '') if message.sender_id else ''
