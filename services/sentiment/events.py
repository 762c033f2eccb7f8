"""What is told when lines have been judged. Customers never hear it: it has topics of its own."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event
from models import MoodTrend, Sentiment, SentimentSource


def sentiment_topic(chat_id: UUID) -> str:
    """Name the topic of how a chat's customer sounds."""
    return f'sentiment:{chat_id}'


UPSET_CUSTOMERS = 'upset-customers'
"""The topic of customers who said several negative lines in a row, for supervisors."""


class LineMark(BaseModel):
    """How one line sounds."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    message_id: UUID
    number: int
    source: SentimentSource
    sentiment: Sentiment
    positive: float
    negative: float
    neutral: float
    mixed: float

    @property
    def share(self) -> float:
        """How sure it is of what it says, from 0 to 1."""
        return float(getattr(self, self.sentiment.value))

    @property
    def balance(self) -> float:
        """Good minus bad, from -1 to 1."""
        return self.positive - self.negative


class Mood(BaseModel):
    """How a chat's customer sounds on the whole, and where that goes."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    source: SentimentSource
    sentiment: Sentiment
    trend: MoodTrend
    lines: int
    balance: float
    negative_in_a_row: int


class LinesJudged(Event):
    """Lines of a chat have marks now."""

    chat_id: UUID
    marks: tuple[LineMark, ...]
    mood: Mood

    @override
    def topics(self) -> tuple[str, ...]:
        return (sentiment_topic(self.chat_id),)


class CustomerUpset(Event):
    """A customer said ``lines`` negative ones in a row."""

    chat_id: UUID
    customer: str
    department: str
    agent_id: UUID | None
    lines: int
    source: SentimentSource

    @override
    def topics(self) -> tuple[str, ...]:
        return (UPSET_CUSTOMERS,)
