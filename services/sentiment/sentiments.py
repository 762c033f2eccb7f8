"""How customers sound, as their chats' readers see it."""

from dataclasses import dataclass
from uuid import UUID

from models import Agent
from services.sentiment import queries
from services.sentiment.events import LineMark, Mood
from services.work.unit_of_work import UnitsOfWork

MAX_MARKS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSentiment:
    """The newest marks of a chat's lines, oldest first, and what all of them say together; none before the first."""

    marks: list[LineMark]
    mood: Mood | None


class Sentiments:
    """Marks of lines, and moods of chats, for those who may see the chat."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._db = units.db

    async def of_chat(
        self, agent: Agent, chat_id: UUID, *, limit: int = MAX_MARKS
    ) -> ChatSentiment:
        """Return how a chat sounds; nothing of a chat that is not the agent's to see."""
        async with self._db.reading() as session:
            marks = await queries.visible_marks(session, agent, chat_id, limit=limit)
            moods = await queries.moods(session, [chat_id]) if marks else {}
        return ChatSentiment(marks=marks, mood=moods.get(chat_id))
