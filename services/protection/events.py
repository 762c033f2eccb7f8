"""A case of 보호 as screens and programs show it, and the event of its changes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event
from models import Channel, ProtectionCase

CASES = 'protection-cases'
"""The topic of every case, for supervisors."""


def protection_topic(contact_id: UUID) -> str:
    """Return the topic of the cases of one contact."""
    return f'protection:{contact_id}'


class NextStep(StrEnum):
    """What the pattern of the queue offers next."""

    WARN = 'warn'
    END = 'end'
    REST = 'rest'
    RETURN = 'return'
    NONE = 'none'


class News(StrEnum):
    """What supervisors are told at once."""

    OPENED = 'opened'
    ENDED = 'ended'


class CaseView(BaseModel):
    """A case as it is now."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    created_at: datetime
    contact_id: UUID
    channel: Channel
    queue_id: UUID | None
    department: str
    agent_id: UUID
    customer_name: str
    kind: str
    language: str
    warnings: int
    warnings_wanted: int
    over_at: datetime | None
    ended_by_id: UUID | None
    rest_from: datetime | None
    rest_until: datetime | None
    restricted_until: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether the contact is over, or its end is under way."""
        return self.over_at is not None or self.ended_by_id is not None

    @property
    def next_step(self) -> NextStep:
        """Return what is offered next; every other step stays possible."""
        if not self.is_over:
            return NextStep.WARN if self.warnings < self.warnings_wanted else NextStep.END
        if self.rest_from is None:
            return NextStep.REST
        return NextStep.RETURN if self.rest_until is None else NextStep.NONE


def view(case: ProtectionCase) -> CaseView:
    """Return a case as it is shown."""
    return CaseView.model_validate(case)


class ProtectionChanged(Event):
    """A case was opened or went on."""

    case: CaseView
    agent_name: str
    news: News | None = None

    @override
    def topics(self) -> tuple[str, ...]:
        return protection_topic(self.case.contact_id), CASES
