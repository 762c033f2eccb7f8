"""What is written down of every change of someone's data, and how it gets into the log.

A use case says ``work.record(...)`` (``services.work.unit_of_work``); the entries are written as the last thing of its transaction, because the
log is one chain and the writer of an entry holds its end until the commit (decision 0011).
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, AuditAction, AuditEntry, Call, ChatSession, Customer, Note, SubjectKind
from models.audit import MAX_PATH_CHARS, MAX_REASON_CHARS
from services.text.masking import masked_wholly

KINDS: dict[type[SQLModel], SubjectKind] = {
    Agent: SubjectKind.AGENT,
    Customer: SubjectKind.CUSTOMER,
    ChatSession: SubjectKind.CHAT,
    Call: SubjectKind.CALL,
    Note: SubjectKind.NOTE,
}

Subject = Agent | Customer | ChatSession | Call | Note | tuple[SubjectKind, UUID]
"""Whose data it is: the row itself, or what it is and its id."""

current_route: ContextVar[str] = ContextVar('current_route', default='')
"""The page or route that is being served, as a template (``/desk/customers/{id}``); set by the web side."""


def entry(
    agent: Agent | UUID | None,
    action: AuditAction,
    *,
    subject: Subject | None = None,
    fields: Sequence[str] = (),
    reason: str = '',
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Return what is to be written down. No personal value: ``fields`` are names, ``details`` counts and ids.

    Args:
        agent: who did it; nobody for a customer and for the desk itself.
        action: what was done.
        subject: whose data it is.
        fields: the names of the fields that changed.
        reason: why, in words; numbers and addresses in them are masked.
        details: numbers and ids that say how much and what else.
    """
    kind, subject_id = _kind_and_id(subject)
    return AuditEntry(
        agent_id=agent.id if isinstance(agent, Agent) else agent,
        action=action.value,
        subject_kind=kind,
        subject_id=subject_id,
        path=current_route.get()[:MAX_PATH_CHARS],
        reason=masked_wholly(' '.join(reason.split())[:MAX_REASON_CHARS]),
        details={**({'fields': list(fields)} if fields else {}), **(details or {})},
    )


async def write(session: AsyncSession, entries: Sequence[AuditEntry]) -> None:
    """Write entries at the end of the chain. Nothing may follow in this transaction but its commit."""
    if not entries:
        return
    await session.flush()  # waits for whatever rows it has to, before the chain's end is held
    await session.exec(insert(AuditEntry), params=[one.model_dump() for one in entries])


def _kind_and_id(subject: Subject | None) -> tuple[str | None, UUID | None]:
    if subject is None:
        return None, None
    if isinstance(subject, tuple):
        kind, subject_id = subject
        return kind.value, subject_id
    return KINDS[type(subject)].value, subject.id
