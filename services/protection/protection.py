"""보호 사슬: an agent warns an abusive customer, ends the contact without anyone's leave, and rests.

The queue's pattern says after how many warnings the end is offered; it holds nobody back: who is threatened may end at
once (산업안전보건법 41조). Each act is one transaction with its step, its audit record and its event. The agent's row is locked
before the contact's, and the case's last.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import (
    Agent,
    AgentStatus,
    AuditAction,
    Call,
    Channel,
    ChatEnding,
    ChatSession,
    FloorAlert,
    MessageType,
    ProtectionCase,
    ProtectionKind,
    ProtectionStepKind,
    Queue,
    StateCause,
    StepKind,
)
from models.floor_board import PROTECTION
from services.calls.calls import Calls
from services.calls.softphones import Softphones
from services.chats import queries as chat_queries
from services.chats.changes import add_line, after_end, close
from services.contacts import wrap_ups
from services.contacts.access import may_write
from services.contacts.steps import record_step
from services.floor.events import AlertsChanged
from services.people import state_queries
from services.people.states import PROTECTED_REST, locked_agent, settle
from services.protection import queries
from services.protection.contact import (
    language_of,
    own_contact,
    queue_of,
    require_own,
    seen_contact,
    stated_language,
    wanted_by,
)
from services.protection.events import CaseView, News, view
from services.protection.steps import (
    add_step,
    bring_to_end,
    keep_apart,
    last_day,
    record,
    tell,
)
from services.settings.protection_texts import protection_text
from services.settings.texts import CustomerTexts, TextName, Texts
from services.work.unit_of_work import UnitOfWork, UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the pattern of a contact's queue wants, and what its customer is told next."""

    channel: Channel
    language: str
    warnings_wanted: int
    warning: str
    """The words of the next warning."""
    end: str


class Protection:
    """The chain of steps, for the agent who is protected."""

    def __init__(
        self, units: UnitsOfWork, texts: Texts, calls: Calls, softphones: Softphones
    ) -> None:
        self._units = units
        self._db = units.db
        self._texts = texts
        self._calls = calls
        self._softphones = softphones

    async def of_contact(self, agent: Agent, contact_id: UUID) -> CaseView | None:
        """Return the agent's own case in a contact; a supervisor also gets a colleague's. ``None`` without any."""
        async with self._db.reading() as session:
            case = await queries.case_of(session, contact_id, agent.id)
            if case is None and agent.is_supervisor:
                newest = await queries.newest_of_contact(session, contact_id)
                case = newest if newest and agent.reaches(newest.department) else None
        return view(case) if case else None

    async def plan(
        self, agent: Agent, contact_id: UUID, kind: ProtectionKind, *, language: str = ''
    ) -> Plan:
        """Return what would be done and said in a contact that the agent is in, before and while there is a case.

        Raises as ``open``.
        """
        async with self._db.reading() as session:
            work = UnitOfWork(session)
            case = await queries.case_of(session, contact_id, agent.id)
            contact = await seen_contact(work, agent, contact_id)
            if case is None:
                require_own(agent, contact)
            queue = await queue_of(work, contact)
            spoken = stated_language(language) or (case.language if case else '')
            spoken = spoken or await language_of(work, contact)
        texts = await self._texts.of(contact.queue_id)
        wanted = wanted_by(kind, queue)
        return Plan(
            channel=Channel.CHAT if isinstance(contact, ChatSession) else Channel.CALL,
            language=spoken,
            warnings_wanted=wanted,
            warning=_warning(texts, case.warnings if case else 0, wanted, spoken),
            end=protection_text(texts, TextName.PROTECTED_END, spoken),
        )

    async def open(
        self,
        agent: Agent,
        contact_id: UUID,
        kind: ProtectionKind = ProtectionKind.ABUSE,
        *,
        language: str = '',
    ) -> CaseView:
        """Open a case in a contact that the agent is in, and tell supervisors; again returns it, with another kind if asked.

        ``language`` is for calls; a chat is warned in the language in which its customer began it.

        Raises:
            NotFoundError: there is no such contact, or the agent may not see it.
            ConflictError: it is not open, or is a colleague's.
        """
        try:
            async with self._units.begin() as work:
                contact = await own_contact(work, agent, contact_id)
                queue = await queue_of(work, contact)
                case = await queries.case_of(work.session, contact_id, agent.id)
                if case is None:
                    case = await _opened(work, agent, contact, queue, kind, language)
                elif case.kind != kind or (language and language != case.language):
                    _become(case, kind, queue, language)
                    work.session.add(case)
                    await tell(work, case)
        except IntegrityError:  # another tab opened it in this instant
            return await self.open(agent, contact_id, kind, language=language)
        return view(case)

    async def warn(self, agent: Agent, case_id: UUID, *, step_id: UUID | None = None) -> CaseView:
        """Warn the customer: in a chat by a message of the desk, in a call by the words that the agent reads.

        The caller makes ``step_id``: the same again is the same warning.

        Raises:
            NotFoundError: it is not the agent's case.
            ConflictError: the contact is over, or is a colleague's by now.
        """
        async with self._units.begin() as work:
            case = await _own_case(work, agent, case_id)
            if step_id is not None and (known := await queries.step(work.session, step_id)):
                if known.case_id != case.id:
                    raise ConflictError('protection.step_taken')
                return view(case)
            contact = await own_contact(work, agent, case.contact_id)
            case = await _locked(work, case)
            texts = await self._texts.of(case.queue_id)
            said = _warning(texts, case.warnings, case.warnings_wanted, case.language)
            case.warnings += 1
            if isinstance(contact, ChatSession):
                add_line(work, contact, MessageType.NOTICE, said)
            record_step(work, contact, StepKind.WARNED, agent_id=agent.id, by_id=agent.id)
            add_step(work, case, ProtectionStepKind.WARNED, agent, words=said, step_id=step_id)
            record(work, agent, AuditAction.PROTECTION_WARNED, case)
            await tell(work, case)
        return view(case)

    async def end(self, agent: Agent, case_id: UUID) -> CaseView:
        """End the contact; nobody is asked. Again changes nothing.

        A chat is over at once. A call is hung up by the agent's softphone, or by Connect where none is open.

        Raises:
            NotFoundError: it is not the agent's case.
            ConflictError: the contact is a colleague's by now; Connect cannot end the call.
        """
        async with self._db.reading() as session:
            found = await queries.case(session, case_id)
        if found is None or found.agent_id != agent.id:
            raise NotFoundError('protection.not_found')
        if found.channel is Channel.CHAT:
            return await self._end_chat(agent, found)
        return await self._end_call(agent, found)

    async def rest(self, agent: Agent, case_id: UUID) -> CaseView:
        """Let the agent rest (보호 휴식): no more contacts come, and it counts in no figure. Again changes nothing.

        Its own 후처리 is put aside; its text can still be written. Other contacts go on until they are over.

        Raises:
            NotFoundError: it is not the agent's case.
            ConflictError: the contact goes on.
        """
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            case = await _locked(work, await _own_case(work, agent, case_id))
            if not case.ended_by_id and case.over_at is None:
                raise ConflictError('protection.not_over')
            if case.rest_from is not None:
                return view(case)
            reason = await state_queries.reason_by_code(work.session, PROTECTED_REST)
            await wrap_ups.put_aside(work, me, case.contact_id)
            me.base_status, me.away_reason_id = AgentStatus.AWAY, reason.id if reason else None
            me.next_status, me.next_reason_id = None, None
            case.rest_from = clock.now()
            add_step(work, case, ProtectionStepKind.RESTED, agent)
            record(work, agent, AuditAction.PROTECTION_RESTED, case)
            await settle(work, me, StateCause.CHOSEN, by=me)
            await tell(work, case)
        return view(case)

    async def come_back(self, agent: Agent, case_id: UUID) -> CaseView:
        """End one's own rest and become 상담 가능. Raises ``NotFoundError``; again changes nothing."""
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            case = await _locked(work, await _own_case(work, agent, case_id))
            if case.rest_from is None or case.rest_until is not None:
                return view(case)
            me.base_status, me.away_reason_id = AgentStatus.AVAILABLE, None
            me.missed_in_a_row = 0
            case.rest_until = clock.now()
            add_step(work, case, ProtectionStepKind.RETURNED, agent)
            await settle(work, me, StateCause.CHOSEN, by=me)
            await tell(work, case)
        return view(case)

    async def _end_chat(self, agent: Agent, found: ProtectionCase) -> CaseView:
        texts = await self._texts.of(found.queue_id)
        said = protection_text(texts, TextName.PROTECTED_END, found.language)
        async with self._units.begin() as work:
            holder = await chat_queries.locked_holder(work.session, found.contact_id)
            chat, queue = await chat_queries.locked_with_queue(
                work.session, agent, found.contact_id
            )
            case = await _locked(work, found)
            if chat is None or case.over_at is not None:
                return view(case)
            if chat.is_open:
                if not may_write(agent, chat):
                    raise ConflictError('chat.held_by_colleague')
                case.ended_by_id = agent.id
                add_line(work, chat, MessageType.NOTICE, said)
                close(
                    work, chat, ChatEnding.PROTECTION, MessageType.ENDED_BY_AGENT, agent.name,
                    by_id=agent.id,
                )  # fmt: skip
                add_step(work, case, ProtectionStepKind.ENDED, agent, words=said)
                record(work, agent, AuditAction.PROTECTION_ENDED, case)
                await bring_to_end(work, case, customer_id=chat.customer_id)
                await after_end(work, chat, holder, queue)
                await tell(work, case, News.ENDED)
        return view(case)

    async def _end_call(self, agent: Agent, found: ProtectionCase) -> CaseView:
        call, leg = await self._calls.open_leg(agent, found.contact_id)
        has_softphone = await self._softphones.is_open(agent.id)
        texts = await self._texts.of(found.queue_id)
        said = protection_text(texts, TextName.PROTECTED_END, found.language)
        async with self._units.begin() as work:
            case = await _locked(work, found)
            if case.ended_by_id is None:
                case.ended_by_id, case.customer_id = agent.id, call.customer_id
                add_step(work, case, ProtectionStepKind.ENDED, agent, words=said)
                record(work, agent, AuditAction.PROTECTION_ENDED, case)
                await keep_apart(work, case)
                await tell(work, case, News.ENDED)
            if has_softphone:
                work.tell(self._softphones.hang_up(agent, call, leg))
        if not has_softphone:
            await self._calls.stop(agent, call.id)
        return view(case)


async def _own_case(work: UnitOfWork, agent: Agent, case_id: UUID) -> ProtectionCase:
    case = await queries.case(work.session, case_id)
    if case is None or case.agent_id != agent.id:
        raise NotFoundError('protection.not_found')
    return case


async def _locked(work: UnitOfWork, case: ProtectionCase) -> ProtectionCase:
    locked = await queries.case(work.session, case.id, lock=True)
    if locked is None:
        raise NotFoundError('protection.not_found')
    return locked


async def _opened(
    work: UnitOfWork,
    agent: Agent,
    contact: ChatSession | Call,
    queue: Queue | None,
    kind: ProtectionKind,
    language: str,
) -> ProtectionCase:
    is_chat = isinstance(contact, ChatSession)
    number = contact.announcement_id
    case = ProtectionCase(
        id=uuid4(),
        created_at=clock.now(),
        contact_id=contact.id,
        channel=Channel.CHAT if is_chat else Channel.CALL,
        queue_id=contact.queue_id,
        department=contact.department,
        agent_id=agent.id,
        customer_id=contact.customer_id,
        customer_name=contact.visitor_name if isinstance(contact, ChatSession) else '',
        phone=contact.visitor_phone if isinstance(contact, ChatSession) else contact.phone,
        kind=kind.value,
        language=stated_language(language) or await language_of(work, contact),
        warnings_wanted=wanted_by(kind, queue),
        announcement_id=number,
        announced_at=contact.announced_at if isinstance(contact, ChatSession) else contact.start_time if number else None,
        recording_notice=contact.recording_notice if isinstance(contact, Call) else '',
        kept_until=last_day(clock.now()),
    )  # fmt: skip
    work.session.add(case)
    await work.session.flush()
    add_step(work, case, ProtectionStepKind.OPENED, agent)
    work.session.add(
        FloorAlert(kind=PROTECTION, most=0, subject_id=agent.id, value=0, case_id=case.id)
    )
    record(work, agent, AuditAction.PROTECTION_OPENED, case, kind=kind.value)
    work.tell(AlertsChanged(is_new=True))
    await tell(work, case, News.OPENED)
    return case


def _become(case: ProtectionCase, kind: ProtectionKind, queue: Queue | None, language: str) -> None:
    case.kind, case.warnings_wanted = kind.value, wanted_by(kind, queue)
    case.language = stated_language(language) or case.language


def _warning(texts: CustomerTexts, given: int, wanted: int, language: str) -> str:
    """Return the words of the next warning: the last one of the pattern says that it is."""
    is_last = given + 1 >= wanted
    return protection_text(texts, TextName.LAST_WARNING if is_last else TextName.WARNING, language)
