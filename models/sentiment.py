"""Customer sentiment: the result of Amazon Comprehend or its stand-in for each stored message.

A process claims a message before it sends it out, so that no two processes ask about it; the claim
of a process that died can be taken over. ``chat_moods`` holds the sum of a chat, so that no list
ever counts messages.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.base import Timestamp, counter, labelled, labels, timestamp_field


class Sentiment(StrEnum):
    """The sentiment of a text: 긍정, 부정, 중립, 복합 (positive and negative)."""

    POSITIVE = 'positive'
    NEGATIVE = 'negative'
    NEUTRAL = 'neutral'
    MIXED = 'mixed'


class SentimentSource(StrEnum):
    """The source of a sentiment. A stand-in knows a short list of words: do not judge people by it."""

    COMPREHEND = 'comprehend'
    STAND_IN = 'stand_in'


class MoodTrend(StrEnum):
    """The direction of a chat: its later messages compared with its earlier ones."""

    BETTER = 'better'
    STEADY = 'steady'
    WORSE = 'worse'


class MessageSentiment(SQLModel, table=True):
    """One customer message's sentiment, claimed first; ``analysed_at`` alone means not analysable."""

    __tablename__ = 'message_sentiments'
    __table_args__ = (
        Index('idx_message_sentiments_chat', 'chat_session_id', 'number'),
        Index('idx_message_sentiments_open', 'claimed_at', postgresql_where=text('analysed_at IS NULL')),
    )  # fmt: skip

    message_id: UUID = Field(primary_key=True, foreign_key='messages.id', ondelete='CASCADE')
    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    number: int = Field(description='the number of the message in its chat')
    claimed_at: datetime = timestamp_field()
    analysed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    source: SentimentSource | None = Field(
        default=None,
        sa_type=labels(SentimentSource, 'sentiment_source', newer=SentimentSource.COMPREHEND),
    )
    sentiment: Sentiment | None = Field(
        default=None, sa_type=labels(Sentiment, 'sentiment', newer=Sentiment.NEUTRAL)
    )
    positive: float | None = Field(default=None, description='from 0 to 1, as the next three')
    negative: float | None = None
    neutral: float | None = None
    mixed: float | None = None


class ChatMood(SQLModel, table=True):
    """The sentiment of a chat's customer, summed over the analysed messages."""

    __tablename__ = 'chat_moods'
    __table_args__ = (Index('idx_chat_moods_sentiment', 'sentiment', 'chat_session_id'),)

    chat_session_id: UUID = Field(primary_key=True, foreign_key='chat_sessions.id')
    source: SentimentSource = Field(
        sa_type=labels(SentimentSource, 'sentiment_source', newer=SentimentSource.COMPREHEND)
    )
    sentiment: Sentiment = Field(sa_type=labels(Sentiment, 'sentiment', newer=Sentiment.NEUTRAL))
    trend: MoodTrend = labelled(MoodTrend, 'mood_trend', MoodTrend.STEADY)
    lines: int = counter('lines that were told')
    balance: float = Field(
        default=0.0,
        sa_column_kwargs={'server_default': '0'},
        description='their mean of positive minus negative, from -1 to 1',
    )
    negative_in_a_row: int = counter('the negative lines at the end')
    warned_number: int = counter('up to which line supervisors were told of negative ones in a row')


class SentimentSpending(SQLModel, table=True):
    """Comprehend's use on one day in Seoul, by all processes, in units of 100 characters."""

    __tablename__ = 'sentiment_spendings'

    day: date = Field(primary_key=True)
    units: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={'server_default': '0'})
