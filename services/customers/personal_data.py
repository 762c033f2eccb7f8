"""Phone numbers and e-mail addresses: masked for everybody, and shown unmasked for a reason.

Everybody, supervisors and administrators too, sees them masked. Showing them needs a reason, lasts
a short time, and is recorded in the audit log. An agent on the phone with the customer needs no
reason. An agent in a chat gives one reason, for as long as they have the chat: a link between
record and chat proves nothing, and shows nothing.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Self
from uuid import UUID

from desk.errors import NotFoundError
from models import Agent, AuditAction, ChatSession, Customer
from services.chats import queries as chat_queries
from services.chats.changes import require_chat, tell_changed
from services.chats.events import ChatCard
from services.customers import personal_queries as queries
from services.customers import queries as customer_queries
from services.text.masking import masked_wholly
from services.text.phone_numbers import masked_phone as masked_phone  # noqa: PLC0414 - exported beside masked_email
from services.text.reasons import parse_why
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

REVEAL_SECONDS = 30
"""How long revealed data stays visible."""


class RevealReason(StrEnum):
    """Why a person reveals data: 본인 확인, 통화 연결, 주소·연락처 확인, 기타 (in free text)."""

    IDENTITY = 'identity'
    CALL = 'call'
    ADDRESS = 'address'
    OTHER = 'other'


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """A person's phone numbers and e-mail address."""

    phone: str
    other_phones: tuple[str, ...] = ()
    email: str | None = None
    stays: bool = False
    """Whether they stay visible until the reader's chat with the person ends."""

    @classmethod
    def of(cls, subject: Customer | ChatSession | ChatCard) -> Self:
        """Return the contact data of a customer, or what the visitor of a chat typed."""
        if isinstance(subject, Customer):
            others = tuple(subject.other_phones)
            return cls(phone=subject.phone, other_phones=others, email=subject.email)
        return cls(phone=subject.visitor_phone)


class PersonalData:
    """Decides who sees phone numbers and e-mail addresses unmasked."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def sees_whole(self, agent: Agent, *customer_ids: UUID) -> set[UUID]:
        """Return customers whose data the agent sees unmasked: of open calls, and chats after a reason."""
        async with self._db.reading() as session:
            return await queries.in_touch_with(session, agent, customer_ids)

    async def reveal(
        self, agent: Agent, customer_id: UUID, reason: RevealReason, why: str = ''
    ) -> Contacts:
        """Reveal a customer's contact data and record who did it and why; in a chat, until its end.

        Args:
            agent: the person who looks.
            customer_id: the customer.
            reason: the kind of reason.
            why: free text for ``RevealReason.OTHER``; phone numbers and addresses in it are masked.

        Raises:
            InvalidInputError: the free text is missing or too long.
            NotFoundError: the customer does not exist, or was erased.
        """
        why = _why(reason, why)
        async with self._units.begin() as work:
            customer = await customer_queries.by_id(work.session, customer_id)
            if customer is None or customer.erased_at is not None:
                raise NotFoundError('customer.not_found')
            chats = await queries.locked_chats_with(work.session, agent, customer_id)
            for chat in chats:
                chat.contacts_shown_to = agent.id
                tell_changed(work, chat)
            _record(work, agent, customer, reason, why)
        return replace(Contacts.of(customer), stays=bool(chats))

    async def reveal_visitor(
        self, agent: Agent, chat_id: UUID, reason: RevealReason, why: str = ''
    ) -> Contacts:
        """Reveal the number that a visitor typed; as ``reveal``, for chats that the agent may see."""
        why = _why(reason, why)
        async with self._units.begin() as work:
            chat = require_chat(await chat_queries.chat_of(work.session, agent, chat_id))
            _record(work, agent, chat, reason, why)
        return Contacts.of(chat)


def holds(agent: Agent, chat: ChatSession | ChatCard) -> bool:
    """Whether the agent has this open chat, and so sees what its visitor typed."""
    return chat.is_open and chat.agent_id == agent.id


def masked_email(address: str | None) -> str:
    """Return an address with only two letters of its name: ``mi***@example.com``; empty stays empty."""
    if not address:
        return ''
    name, at, domain = address.rpartition('@')
    if not at:
        return '***'
    return f'{name[: 2 if len(name) > 2 else 1]}***@{domain}'


def _why(reason: RevealReason, why: str) -> str:
    return parse_why(why, error_key='personal.why') if reason is RevealReason.OTHER else ''


def _record(
    work: UnitOfWork, agent: Agent, subject: Customer | ChatSession, reason: RevealReason, why: str
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
