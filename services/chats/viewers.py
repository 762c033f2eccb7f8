"""Who is looking at a chat: told by the pages themselves, kept nowhere.

A page says that it looks, says it again from time to time, and says when it stops. Whoever comes asks the
others to speak up. A page that died falls silent and is forgotten after ``SILENCE``.
"""

from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.events import Event
from models import Agent
from services.chats.events import chat_topic
from services.work.relay import Relay

REPEAT_SECONDS = 20.0
SILENCE = timedelta(seconds=50)


class Viewing(Event):
    """A page looks at a chat, or has stopped to. ``asks`` those who look to say so."""

    chat_id: UUID
    agent_id: UUID
    name: str
    tab: str
    is_looking: bool
    asks: bool

    @override
    def topics(self) -> tuple[str, ...]:
        return (chat_topic(self.chat_id),)


class Viewers:
    """The voice of the pages that look at chats."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def say(
        self, agent: Agent, chat_id: UUID, tab: str, *, is_looking: bool = True, asks: bool = False
    ) -> None:
        """Tell the others who look at the chat that this page does, or no longer does."""
        await self._relay.whisper(
            Viewing(
                chat_id=chat_id,
                agent_id=agent.id,
                name=agent.name,
                tab=tab,
                is_looking=is_looking,
                asks=asks,
            )
        )


class Audience:
    """Who looks at one chat, as one page has heard."""

    def __init__(self) -> None:
        self._heard: dict[tuple[UUID, str], tuple[str, datetime]] = {}

    def hear(self, event: Viewing) -> None:
        """Take in what a page said."""
        if event.is_looking:
            self._heard[event.agent_id, event.tab] = event.name, clock.now()
        else:
            self._heard.pop((event.agent_id, event.tab), None)

    def others(self, me: Agent) -> list[str]:
        """Return the names of the others who look now, in alphabetical order."""
        since = clock.now() - SILENCE
        names = {
            agent_id: name
            for (agent_id, _), (name, at) in self._heard.items()
            if at > since and agent_id != me.id
        }
        return sorted(names.values())
