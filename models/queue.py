"""Queues: where contacts wait, which agents serve them, and how an agent is found."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from models.base import Row, labelled, timestamp_field

MAX_LEVEL = 5
"""The highest level of a skill."""
MAX_CHATS = 10
"""The most chats at once that an agent may be allowed (the issue: 1 to 10)."""


class QueueMode(StrEnum):
    """How contacts of a queue reach an agent."""

    PUSH = 'push'
    """Offered to one agent at a time, who has a few seconds to accept."""
    PULL = 'pull'
    """Taken by agents from the list."""


def _number(default: int) -> int:
    """Return a whole number with the same default in Python and in the table."""
    number: int = Field(default=default, sa_column_kwargs={'server_default': str(default)})
    return number


class Skill(Row, table=True):
    """An ability that not every agent has: a language, a product."""

    __tablename__ = 'skills'

    name: str = Field(max_length=100, unique=True)
    name_en: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})


class AgentSkill(SQLModel, table=True):
    """An agent's level in a skill: 1 to ``MAX_LEVEL``, higher is better."""

    __tablename__ = 'agent_skills'

    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    skill_id: UUID = Field(primary_key=True, foreign_key='skills.id', index=True)
    level: int


class Queue(Row, table=True):
    """One queue of a department. Times are in seconds."""

    __tablename__ = 'queues'

    name: str = Field(max_length=100, unique=True, description='as customers choose it (문의 유형)')
    name_en: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})
    department: str = Field(max_length=100, index=True, description='whose agents serve it first')
    mode: QueueMode = labelled(QueueMode, 'queue_mode', QueueMode.PULL)
    is_active: bool = Field(default=True, sa_column_kwargs={'server_default': text('true')})
    skill_id: UUID | None = Field(default=None, foreign_key='skills.id')
    min_level: int = _number(1)

    service_level_seconds: int = _number(20)
    service_level_percent: int = _number(80)
    offer_seconds: int = _number(20)
    misses_until_away: int = _number(2)
    returning_seconds: int = _number(30)
    """How long a customer who returns within a day waits for the same agent; 0 for not at all."""
    widen_after_seconds: int | None = Field(
        default=None, description='after so long the next circle of agents is asked too'
    )
    wider_department: str | None = Field(default=None, max_length=100)
    wider_level: int = _number(1)
    chats_during_call: bool = Field(
        default=False, sa_column_kwargs={'server_default': text('false')}
    )
    wrap_up_required: bool = Field(
        default=False, sa_column_kwargs={'server_default': text('false')}
    )
    wrap_up_seconds: int | None = Field(
        default=120, description='after so long 후처리 ends by itself; never when empty'
    )
    recording_pause_seconds: int = _number(90)
    """So long the recording of a call may pause; then it resumes by itself."""
    long_call_seconds: int | None = Field(
        default=600,
        sa_column_kwargs={'server_default': '600'},
        description='first notice to who talks',
    )
    very_long_call_seconds: int | None = Field(
        default=1_200, sa_column_kwargs={'server_default': '1200'}, description='second notice'
    )
    callbacks_per_hour: int | None = Field(
        default=None,
        description='so many call-backs customers may ask for in one hour; by the number of agents when empty',
    )
    silence_ask_seconds: int | None = Field(
        default=None,
        description='so long after an agent wrote, a silent customer is asked; never when empty',
    )
    silence_close_seconds: int = _number(300)
    """So long after the question the chat ends by itself."""
    abuse_warnings: int = _number(2)
    """보호: after so many warnings the end of the contact is offered; 0 for at once."""
    harassment_warnings: int = _number(1)
    """The same for 성희롱 and 협박."""
    most_waiting: int | None = Field(
        default=None,
        description='with so many waiting chats a customer is offered other ways; never when empty',
    )
    longest_wait_seconds: int | None = Field(
        default=None,
        description='the same with an expected wait of so many seconds; never when empty',
    )
    is_announced_by_phone: bool = Field(
        default=False,
        sa_column_kwargs={'server_default': text('false')},
        description='its callers hear of recording and protection, also where its contact flow sets no attribute',
    )
    version: int = _number(1)
    updated_at: datetime = timestamp_field()


class QueueTarget(SQLModel, table=True):
    """A queue's service level target from a day on; figures of earlier days keep theirs.

    ``Queue`` holds the newest target; today's change takes effect tomorrow.
    """

    __tablename__ = 'queue_targets'

    queue_id: UUID = Field(primary_key=True, foreign_key='queues.id')
    since: date = Field(primary_key=True, description='the first day in Seoul')
    seconds: int
    percent: int
