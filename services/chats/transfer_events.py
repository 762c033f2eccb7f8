"""Events about transfers of chats, for who asked and for who may accept."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from desk.events import Event
from models import TransferOutcome


def transfer_topic(agent_id: UUID) -> str:
    """Return the topic of the transfers that somebody asked for, or is asked to accept."""
    return f'transfer:{agent_id}'


def department_transfers_topic(department: str) -> str:
    """Return the topic of the transfers to the queues of a department."""
    return f'transfers:{department}'


class TransferView(BaseModel):
    """An open transfer as screens and programs show it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    chat_session_id: UUID
    customer: str
    last_line: str
    from_id: UUID
    from_name: str
    to_agent_id: UUID | None
    to_queue_id: UUID | None
    to_department: str | None
    """Of the queue: whose agents may accept."""
    to_name: str
    """The agent's or the queue's name."""
    reason: str
    asked_at: datetime
    expires_at: datetime
    refused_by_ids: tuple[UUID, ...] = ()

    def is_for(self, agent_id: UUID, department: str) -> bool:
        """Whether somebody may accept it."""
        if agent_id == self.from_id or agent_id in self.refused_by_ids:
            return False
        return agent_id == self.to_agent_id or department == self.to_department

    @property
    def audience(self) -> tuple[str, ...]:
        """The topics of all whom it concerns."""
        topics = [transfer_topic(self.from_id)]
        if self.to_agent_id is not None:
            topics.append(transfer_topic(self.to_agent_id))
        if self.to_department is not None:
            topics.append(department_transfers_topic(self.to_department))
        return tuple(topics)


class TransferAsked(Event):
    """An agent asks for a chat to be taken over, or one of a queue has refused and others may still accept."""

    transfer: TransferView

    @override
    def topics(self) -> tuple[str, ...]:
        return self.transfer.audience


class TransferEnded(Event):
    """A transfer was accepted, refused, missed or withdrawn."""

    transfer: TransferView
    outcome: TransferOutcome
    by_id: UUID | None = None
    by: str = ''
    """Who accepted or refused."""

    @override
    def topics(self) -> tuple[str, ...]:
        return self.transfer.audience
