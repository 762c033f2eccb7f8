"""Who is looking at a chat, announced by the pages themselves and stored nowhere.

A page announces that it looks, repeats it from time to time, and announces when it stops. A new
page asks the others to announce themselves. A page that died is forgotten after ``SILENCE``.
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
    """A page looks at a chat, or has stopped. ``asks`` requests the same from the other pages."""

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
    """Announces the pages that look at chats."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def say(
        self, agent: Agent, chat_id: UUID, tab: str, *, is_looking: bool = True, asks: bool = False
    ) -> None:
        """Announce to the chat's other viewers that this page looks at it, or no longer does."""
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
    """The viewers of one chat, as one page has heard them."""

    def __init__(self) -> None:
        self._heard: dict[tuple[UUID, str], tuple[str, datetime]] = {}

    def hear(self, event: Viewing) -> None:
        """Record what a page announced."""
        if event.is_looking:
            self._heard[event.agent_id, event.tab] = event.name, clock.now()
        else:
            self._heard.pop((event.agent_id, event.tab), None)

    def others(self, me: Agent) -> list[str]:
        """Return the names of the other people who look now, in alphabetical order."""
        since = clock.now() - SILENCE
        names = {
            agent_id: name
            for (agent_id, _), (name, at) in self._heard.items()
            if at > since and agent_id != me.id
        }
        return sorted(names.values())
