"""Audit records: what is recorded of each change of a person's data, and how it gets into the log.

A use case calls ``work.record(...)`` (``services.work.unit_of_work``); the entries are written as
the last step of its transaction, because the log is one chain and its end is locked until the
commit (decision 0011).
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
"""The object of an act: the row itself, or its kind and id."""

current_route: ContextVar[str] = ContextVar('current_route', default='')
"""The route being served, as a template (``/desk/customers/{id}``); set by the web layer."""


def entry(
    agent: Agent | UUID | None,
    action: AuditAction,
    *,
    subject: Subject | None = None,
    fields: Sequence[str] = (),
    reason: str = '',
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Return an audit record.

    It holds no personal data: ``fields`` are names, ``details`` counts and ids.

    Args:
        agent: the person who acted; none for a customer and for the desk itself.
        action: the action.
        subject: the object of the action.
        fields: the names of the changed fields.
        reason: the reason in words; phone numbers, addresses and the subject's name in it are masked.
        details: further counts and ids.
    """
    kind, subject_id = _kind_and_id(subject)
    return AuditEntry(
        agent_id=agent.id if isinstance(agent, Agent) else agent,
        action=action.value,
        subject_kind=kind,
        subject_id=subject_id,
        path=current_route.get()[:MAX_PATH_CHARS],
        reason=masked_wholly(' '.join(reason.split())[:MAX_REASON_CHARS], *_names(subject)),
        details={**({'fields': list(fields)} if fields else {}), **(details or {})},
    )


async def write(session: AsyncSession, entries: Sequence[AuditEntry]) -> None:
    """Write entries at the end of the chain. Only the commit may follow in this transaction."""
    if not entries:
        return
    await session.flush()  # waits for row locks before it locks the end of the chain
    await session.exec(insert(AuditEntry), params=[one.model_dump() for one in entries])


def _names(subject: Subject | None) -> list[str]:
    """Return the customer's name as the subject has it: the log is never erased, so it must not hold it."""
    if isinstance(subject, Customer):
        return [subject.name]
    return [subject.visitor_name] if isinstance(subject, ChatSession) else []


def _kind_and_id(subject: Subject | None) -> tuple[str | None, UUID | None]:
    if subject is None:
        return None, None
    if isinstance(subject, tuple):
        kind, subject_id = subject
        return kind.value, subject_id
    return KINDS[type(subject)].value, subject.id
