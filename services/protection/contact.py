"""The contact of a case: whose it must be, the language in which its customer is spoken to, the pattern of its queue."""

from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, Call, ChatSession, ProtectionKind, Queue
from services.calls import queries as call_queries
from services.chats import queries as chat_queries
from services.contacts import queue_queries
from services.contacts.access import may_write
from services.protection import queries
from services.settings.texts import LANGUAGES
from services.work.unit_of_work import UnitOfWork

GRAVE = frozenset({ProtectionKind.HARASSMENT, ProtectionKind.THREAT})
"""Kinds that need fewer warnings (``Queue.harassment_warnings``)."""


async def own_contact(work: UnitOfWork, agent: Agent, contact_id: UUID) -> ChatSession | Call:
    """Return an open contact that the agent is in, locked. Raises ``NotFoundError`` and ``ConflictError``."""
    chat = await chat_queries.locked_chat_of(work.session, agent, contact_id)
    contact = chat or await call_queries.call_of(work.session, agent, contact_id)
    if contact is None:
        raise NotFoundError('protection.no_contact')
    require_own(agent, contact)
    return contact


async def seen_contact(work: UnitOfWork, agent: Agent, contact_id: UUID) -> ChatSession | Call:
    """Return a contact that the agent may see. Raises ``NotFoundError``."""
    chat = await chat_queries.chat_of(work.session, agent, contact_id)
    contact = chat or await call_queries.call_of(work.session, agent, contact_id)
    if contact is None:
        raise NotFoundError('protection.no_contact')
    return contact


def require_own(agent: Agent, contact: ChatSession | Call) -> None:
    """Raise ``ConflictError`` unless a contact is open and the agent is in it."""
    if isinstance(contact, ChatSession):
        if not contact.is_open:
            if contact.end_time is not None:
                raise ConflictError('chat.ended')
            raise ConflictError('chat.not_taken')
        if not may_write(agent, contact):
            raise ConflictError('chat.held_by_colleague')
        return
    if contact.end_time is not None:
        raise ConflictError('call.over')
    if contact.answered_at is None:
        raise ConflictError('call.not_answered')
    if not may_write(agent, contact):
        raise ConflictError('call.not_yours')


async def language_of(work: UnitOfWork, contact: ChatSession | Call) -> str:
    """Return the language in which a chat's customer began it; Korean where nobody knows."""
    number = contact.announcement_id
    announced = await queries.announcement(work.session, number) if number else None
    return announced.language if announced else LANGUAGES[0]


async def queue_of(work: UnitOfWork, contact: ChatSession | Call) -> Queue | None:
    """Return the queue of a contact, if it has one."""
    return await queue_queries.by_id(work.session, contact.queue_id) if contact.queue_id else None


def stated_language(language: str) -> str:
    """Return a language that somebody chose; empty for none. Raises ``InvalidInputError`` for an unknown one."""
    if language and language not in LANGUAGES:
        raise InvalidInputError('protection.language')
    return language


def wanted_by(kind: ProtectionKind, queue: Queue | None) -> int:
    """Return how many warnings the pattern of a queue wants before the end."""
    usual = queue or Queue(name='', department='')
    return usual.harassment_warnings if kind in GRAVE else usual.abuse_warnings
