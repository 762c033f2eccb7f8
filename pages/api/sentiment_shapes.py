"""Sentiment of customers as the REST API and the WebSocket show it, in the guide's shape of ``analyze_sentiment``."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from models import MoodTrend, Sentiment, SentimentSource
from pages.api.shapes import shown_as
from services.sentiment.events import LineMark, LinesJudged, Mood

Label = Literal['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED']
LABELS: dict[Sentiment, Label] = {
    Sentiment.POSITIVE: 'POSITIVE',
    Sentiment.NEGATIVE: 'NEGATIVE',
    Sentiment.NEUTRAL: 'NEUTRAL',
    Sentiment.MIXED: 'MIXED',
}
LINE_EXAMPLE = {
    'message_id': '0b6f3f0e-9a46-4b53-8d51-6f1f8c1f6a10',
    'number': 3,
    'source': 'comprehend',
    'sentiment': 'NEGATIVE',
    'confidence': {'Positive': 0.01, 'Negative': 0.93, 'Neutral': 0.05, 'Mixed': 0.01},
}


class Confidence(BaseModel):
    """The confidence of each sentiment, together 1; the names are Comprehend's."""

    Positive: float
    Negative: float
    Neutral: float
    Mixed: float


class LineSentiment(BaseModel):
    """One message of the customer: ``sentiment`` and ``confidence`` are the guide's."""

    model_config = shown_as(LINE_EXAMPLE)

    message_id: UUID
    number: int
    source: SentimentSource
    sentiment: Label
    confidence: Confidence

    @classmethod
    def of(cls, mark: LineMark) -> 'LineSentiment':
        """Return a message's sentiment as the API shows it."""
        return cls(
            message_id=mark.message_id,
            number=mark.number,
            source=mark.source,
            sentiment=LABELS[mark.sentiment],
            confidence=Confidence(
                Positive=mark.positive,
                Negative=mark.negative,
                Neutral=mark.neutral,
                Mixed=mark.mixed,
            ),
        )


class ChatSentimentItem(BaseModel):
    """A chat's overall sentiment, and its newest 500 marks, oldest first. ``balance`` is positive minus negative, from -1 to 1."""

    model_config = shown_as(
        {
            'sentiment': 'NEGATIVE',
            'trend': 'worse',
            'balance': -0.62,
            'negative_in_a_row': 2,
            'source': 'comprehend',
            'lines': [LINE_EXAMPLE],
        }
    )

    sentiment: Label | None
    trend: MoodTrend | None
    balance: float | None
    negative_in_a_row: int
    source: SentimentSource | None
    lines: list[LineSentiment]

    @classmethod
    def of(cls, mood: Mood | None, marks: list[LineMark]) -> 'ChatSentimentItem':
        """Return a chat's sentiment as the API shows it; before the first mark it has no values."""
        return cls(
            sentiment=LABELS[mood.sentiment] if mood else None,
            trend=mood.trend if mood else None,
            balance=mood.balance if mood else None,
            negative_in_a_row=mood.negative_in_a_row if mood else 0,
            source=mood.source if mood else None,
            lines=[LineSentiment.of(mark) for mark in marks],
        )


class JudgedLines(ChatSentimentItem):
    """The frame ``sentiment``: the newly analysed messages of a chat, and what the whole chat is with them."""

    chat_session_id: UUID

    @classmethod
    def of_event(cls, event: LinesJudged) -> 'JudgedLines':
        """Return an event as programs hear it."""
        item = ChatSentimentItem.of(event.mood, list(event.marks))
        return cls(chat_session_id=event.chat_id, **dict(item))
