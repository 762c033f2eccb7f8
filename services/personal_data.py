"""Telephone numbers and e-mail addresses: how everybody sees them, and who sees them whole.

Whoever holds an open contact with somebody sees theirs: they are talking. Everybody else, supervisors and administrators too,
sees them masked, and looks at them for a reason, for a short time, and leaves an entry in the audit log.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from desk.errors import InvalidInputError, NotFoundError
from models import Agent, AuditAction, ChatSession, Customer
from services import chat_queries, customer_queries
from services import personal_queries as queries
from services.chat_events import ChatCard
from services.chats import found
from services.masking import masked_wholly
from services.work import Work, Workshop

REVEAL_SECONDS = 30
"""How long what somebody looked at stays to be seen."""
MAX_WHY_CHARS = 100


class Reason(StrEnum):
    """Why somebody looks: 본인 확인, 통화 연결, 주소·연락처 확인, 기타 (in words of their own)."""

    IDENTITY = 'identity'
    CALL = 'call'
    ADDRESS = 'address'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """How to reach somebody."""

    phone: str
    other_phones: tuple[str, ...] = ()
    email: str | None = None

    @classmethod
    def of(cls, subject: Customer | ChatSession | ChatCard) -> Self:
        """Return how to reach a customer, or whoever wrote in a chat, by what they typed."""
        if isinstance(subject, Customer):
            others = tuple(subject.other_phones)
            return cls(phone=subject.phone, other_phones=others, email=subject.email)
        return cls(phone=subject.visitor_phone)


class PersonalData:
    """Who may see how to reach somebody."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._db = workshop.db

    async def sees_whole(self, agent: Agent, *customer_ids: UUID) -> set[UUID]:
        """Return of which of these customers the agent sees all: those they hold an open contact with now. The one rule."""
        async with self._db.reading() as session:
            return await queries.in_touch_with(session, agent, customer_ids)

    async def reveal(
        self, agent: Agent, customer_id: UUID, reason: Reason, why: str = ''
    ) -> Contacts:
        """Return how to reach a customer, and write down who looked and why.

        Args:
            agent: who looks.
            customer_id: at whose.
            reason: one of a few.
            why: in words of their own, for ``Reason.OTHER``; numbers and addresses in it are masked.

        Raises:
            InvalidInputError: another reason without words, or with too many.
            NotFoundError: there is no such customer, or no longer.
        """
        why = _checked(reason, why)
        async with self._workshop.work() as work:
            customer = await customer_queries.by_id(work.session, customer_id)
            if customer is None or customer.erased_at is not None:
                raise NotFoundError('customer.not_found')
            _record(work, agent, customer, reason, why)
        return Contacts.of(customer)

    async def reveal_visitor(
        self, agent: Agent, chat_id: UUID, reason: Reason, why: str = ''
    ) -> Contacts:
        """Return the number that somebody typed for a chat; as ``reveal``, of chats that the agent may see."""
        why = _checked(reason, why)
        async with self._workshop.work() as work:
            chat = found(await chat_queries.chat_of(work.session, agent, chat_id))
            _record(work, agent, chat, reason, why)
        return Contacts.of(chat)


def holds(agent: Agent, chat: ChatSession | ChatCard) -> bool:
    """Whether the agent holds this open chat, and so sees what its visitor typed."""
    return chat.is_open and chat.agent_id == agent.id


def masked_phone(digits: str) -> str:
    """Return a number with its middle hidden, spelled the Korean way: ``010-****-5678``; empty stays empty.

    What is no Korean number keeps its last four digits only.
    """
    end = digits[-4:]
    if not digits.isdigit() or not 9 <= len(digits) <= 11 or not digits.startswith('0'):
        return f'****-{end}' if len(digits) > 4 else '****' if digits else ''
    area = 2 if digits.startswith('02') else 3
    return f'{digits[:area]}-{"*" * (len(digits) - area - 4)}-{end}'


def masked_email(address: str | None) -> str:
    """Return an address with its name hidden but for two letters: ``mi***@example.com``; none stays empty."""
    if not address:
        return ''
    name, at, domain = address.rpartition('@')
    if not at:
        return '***'
    return f'{name[: 2 if len(name) > 2 else 1]}***@{domain}'


def _checked(reason: Reason, why: str) -> str:
    """Return the words that a reason needs. Raises ``InvalidInputError`` for none, or too many."""
    if reason is not Reason.OTHER:
        return ''
    why = ' '.join(why.split())
    if not why or len(why) > MAX_WHY_CHARS:
        raise InvalidInputError('personal.why', most=MAX_WHY_CHARS)
    return why


def _record(
    work: Work, agent: Agent, subject: Customer | ChatSession, reason: Reason, why: str
) -> None:
    name = subject.name if isinstance(subject, Customer) else subject.visitor_name
    work.record(
        agent,
        AuditAction.PERSONAL_DATA_SHOWN,
        subject=subject,
        fields=[name for name, value in asdict(Contacts.of(subject)).items() if value],
        reason=masked_wholly(why, name),
        details={'reason': reason.value},
    )
