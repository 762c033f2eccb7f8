"""Events about analysed messages. They have their own topics, which customers never subscribe to."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event
from models import MoodTrend, Sentiment, SentimentSource


def sentiment_topic(chat_id: UUID) -> str:
    """Return the topic of a chat's sentiment."""
    return f'sentiment:{chat_id}'


UPSET_CUSTOMERS = 'upset-customers'
"""The topic of customers with several negative messages in a row, for supervisors."""


class LineMark(BaseModel):
    """The sentiment of one message."""

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
        """The confidence in it, from 0 to 1."""
        return float(getattr(self, self.sentiment.value))

    @property
    def balance(self) -> float:
        """Positive minus negative, from -1 to 1."""
        return self.positive - self.negative


class Mood(BaseModel):
    """The overall sentiment of a chat's customer, and its trend."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    source: SentimentSource
    sentiment: Sentiment
    trend: MoodTrend
    lines: int
    balance: float
    negative_in_a_row: int


class LinesJudged(Event):
    """Messages of a chat were analysed."""

    chat_id: UUID
    marks: tuple[LineMark, ...]
    mood: Mood

    @override
    def topics(self) -> tuple[str, ...]:
        return (sentiment_topic(self.chat_id),)


class CustomerUpset(Event):
    """A customer wrote ``lines`` negative messages in a row."""

    chat_id: UUID
    customer: str
    department: str
    agent_id: UUID | None
    lines: int
    source: SentimentSource

    @override
    def topics(self) -> tuple[str, ...]:
        return (UPSET_CUSTOMERS,)
