"""Chat sentiments for the chats' readers."""

from dataclasses import dataclass
from uuid import UUID

from models import Agent
from services.sentiment import queries
from services.sentiment.events import LineMark, Mood
from services.work.unit_of_work import UnitsOfWork

MAX_MARKS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSentiment:
    """The newest sentiments of a chat's messages, oldest first, and its mood, if any."""

    marks: list[LineMark]
    mood: Mood | None


class Sentiments:
    """Message sentiments and chat moods, for agents who may see the chat."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def of_chat(
        self, agent: Agent, chat_id: UUID, *, limit: int = MAX_MARKS
    ) -> ChatSentiment:
        """Return a chat's sentiments; empty for a chat that the agent may not see."""
        async with self._db.reading() as session:
            marks = await queries.visible_marks(session, agent, chat_id, limit=limit)
            moods = await queries.moods(session, [chat_id]) if marks else {}
        return ChatSentiment(marks=marks, mood=moods.get(chat_id))
