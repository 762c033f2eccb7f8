"""Transfers (호전환): an agent asks a colleague, or the agents of a queue, to take a chat over.

The chat stays with who asked, and they may go on writing, until somebody accepts: then draft, private notes and 상담 분류
go along, the customer is told, and the facts are written, all in one transaction. A refused or unanswered request ends; the
customer hears nothing of it. Any process ends what a dead one left (``end_overdue``). Supervisors' moves are in ``steering``.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import (
    Agent,
    AuditAction,
    ChatSession,
    ChatStatus,
    ChatTransfer,
    MessageType,
    Queue,
    StateCause,
    StepKind,
    TransferOutcome,
)
from services.chats import queries as chat_queries
from services.chats import transfer_queries as queries
from services.chats.changes import add_line, require_chat, tell_changed
from services.chats.events import ChatCard, DraftSaved
from services.chats.transfer_events import TransferAsked, TransferEnded, TransferView
from services.contacts import category_queries, queue_queries
from services.contacts.pair_queries import barred_from, require_not_barred
from services.contacts.steps import record_step
from services.floor.steering import Targets, all_targets, read_reason
from services.people import agent_queries, state_queries
from services.people.states import is_ready, settle
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LEAST_SECONDS = 20
"""The shortest time to answer; else the queue's time to accept (수락 대기)."""
QUEUE_FACTOR = 3
"""So many times as long for a request to a queue, which several people look at."""
BEYOND_CAPACITY = 1
"""How many chats above capacity who accepts may have: a request reserves no place."""
SWEEP_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransfer:
    """A request: to an agent or to a queue, why, and the 상담 분류 as far as it is known."""

    chat_id: UUID
    reason: str
    agent_id: UUID | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTransfers:
    """The open requests that concern somebody."""

    to_me: tuple[TransferView, ...]
    from_me: tuple[TransferView, ...]


class Transfers:
    """Agents' transfers of their chats."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def targets(self, agent: Agent) -> Targets:
        """Return the other people and the queues to whom an agent may transfer, available people first."""
        async with self._units.db.reading() as session:
            found = await all_targets(session)
        return Targets(
            agents=[one for one in found.agents if one.id != agent.id], queues=found.queues
        )

    async def open_for(self, agent: Agent) -> OpenTransfers:
        """Return the requests that an agent may accept, and those they asked for."""
        async with self._units.db.reading() as session:
            work = UnitOfWork(session)
            to_me = await _open_to(work, agent)
            mine = await queries.open_from(session, agent.id)
            from_me = [await _view(work, one) for one in mine]
        return OpenTransfers(to_me=to_me, from_me=tuple(from_me))

    async def open_to(self, agent: Agent) -> tuple[TransferView, ...]:
        """Return the requests that an agent may accept."""
        async with self._units.db.reading() as session:
            return await _open_to(UnitOfWork(session), agent)

    async def open_of_chat(self, agent: Agent, chat_id: UUID) -> TransferView | None:
        """Return the open request that an agent has made for a chat."""
        async with self._units.db.reading() as session:
            found = await queries.open_of_chat(session, chat_id)
            is_own = found is not None and found.from_id == agent.id
            return await _view(UnitOfWork(session), found) if found and is_own else None

    async def ask(self, agent: Agent, new: NewTransfer) -> TransferView:
        """Ask for a chat to be taken over; it rings at the target until the time is over.

        Raises:
            NotFoundError: the chat, the agent, the queue or the category does not exist.
            ConflictError: the agent does not have the chat, it is being transferred already, the target is oneself or
                can take nothing now.
            InvalidInputError: the reason is empty or too long, or not exactly one target is named.
        """
        reason = read_reason(new.reason)
        if (new.agent_id is None) is (new.queue_id is None):
            raise InvalidInputError('transfer.one_target')
        try:
            async with self._units.begin() as work:
                return await _ask(work, agent, new, reason)
        except IntegrityError as error:  # another tab asked in this instant
            raise ConflictError('transfer.open') from error

    async def accept(self, agent: Agent, transfer_id: UUID) -> ChatCard:
        """Take the chat over. Of many who try, one gets it.

        Raises:
            NotFoundError: there is no such request to this agent.
            ConflictError: it is over, or the agent cannot take a chat now.
        """
        async with self._units.begin() as work:
            asked = _to(agent, await _seen(work, transfer_id))
            people = await state_queries.locked_agents(work.session, {asked.from_id, agent.id})
            chat = require_chat(await chat_queries.locked_chat(work.session, asked.chat_session_id))
            transfer = await _still_open(work, asked.id)
            if not chat.is_open or chat.agent_id != transfer.from_id:
                raise ConflictError('transfer.over')
            me = people[agent.id]
            await require_not_barred(work.session, me.id, chat.customer_id, chat.visitor_phone)
            await _require_place(work, me, beyond=BEYOND_CAPACITY)
            await _change_hands(work, chat, transfer, people[transfer.from_id], me)
        return chat_queries.card(chat)

    async def refuse(self, agent: Agent, transfer_id: UUID) -> None:
        """Refuse a request; one to a queue goes on until all its available agents have refused. Raises as ``accept``."""
        async with self._units.begin() as work:
            _to(agent, await _seen(work, transfer_id))
            transfer = await _still_open(work, transfer_id)
            if transfer.to_queue_id is None:
                await _end(work, transfer, TransferOutcome.REFUSED, by=agent)
                return
            transfer.refused_by_ids = [*transfer.refused_by_ids, agent.id]
            work.session.add(transfer)
            view = await _view(work, transfer)
            ready = await queries.ready_in(work.session, view.to_department or '')
            if any(view.is_for(one.id, one.department) for one in ready):
                work.tell(TransferAsked(transfer=view))
            else:
                await _end(work, transfer, TransferOutcome.REFUSED, by=agent)

    async def withdraw(self, agent: Agent, transfer_id: UUID) -> None:
        """Take one's own request back. Raises ``NotFoundError``, and ``ConflictError`` when it is over."""
        async with self._units.begin() as work:
            transfer = await queries.transfer(work.session, transfer_id, lock=True)
            if transfer is None or transfer.from_id != agent.id:
                raise NotFoundError('transfer.not_found')
            if transfer.ended_at is not None:
                raise ConflictError('transfer.over')
            await _end(work, transfer, TransferOutcome.WITHDRAWN, by=agent)

    async def end_overdue(self) -> int:
        """End the requests that nobody answered in time, or whose chat is over or elsewhere; return how many."""
        now = clock.now()
        async with self._units.db.reading() as session:
            over = await queries.overdue(session, now, limit=SWEEP_BATCH)
        for transfer_id in over:
            async with self._units.begin() as work:
                transfer = await queries.transfer(work.session, transfer_id, lock=True)
                if transfer is None or transfer.ended_at is not None:
                    continue
                is_late = transfer.expires_at <= now
                outcome = TransferOutcome.MISSED if is_late else TransferOutcome.WITHDRAWN
                await _end(work, transfer, outcome)
        return len(over)


async def _ask(work: UnitOfWork, agent: Agent, new: NewTransfer, reason: str) -> TransferView:
    wanted = {agent.id, *([new.agent_id] if new.agent_id else [])}
    people = await state_queries.locked_agents(work.session, wanted)
    chat = require_chat(await chat_queries.locked_chat_of(work.session, agent, new.chat_id))
    _require_own(agent, chat)
    if await queries.open_of_chat(work.session, chat.id) is not None:
        raise ConflictError('transfer.open')
    barred = await barred_from(work.session, chat.customer_id, chat.visitor_phone)
    seconds = await _check_target(work, agent, chat, new, people, barred)
    if new.category_id is not None:
        node = await category_queries.by_id(work.session, new.category_id)
        if node is None or node.retired_at is not None:
            raise NotFoundError('category.not_found')
    now = clock.now()
    transfer = ChatTransfer(
        chat_session_id=chat.id,
        from_id=agent.id,
        to_agent_id=new.agent_id,
        to_queue_id=new.queue_id,
        reason=reason,
        category_id=new.category_id,
        created_at=now,
        expires_at=now + timedelta(seconds=seconds),
        refused_by_ids=sorted(barred) if new.queue_id else [],  # it does not ring at them
    )
    work.session.add(transfer)
    await work.session.flush()
    work.record(
        agent, AuditAction.CONTACT_TRANSFER_ASKED, subject=chat, reason=reason,
        details=_target_of(transfer),
    )  # fmt: skip
    view = await _view(work, transfer)
    work.tell(TransferAsked(transfer=view))
    return view


def _require_own(agent: Agent, chat: ChatSession) -> None:
    if chat.status is ChatStatus.CLOSED:
        raise ConflictError('chat.ended')
    if not chat.is_open:
        raise ConflictError('chat.not_taken')
    if chat.agent_id != agent.id:
        raise ConflictError('chat.held_by_colleague')


async def _check_target(
    work: UnitOfWork,
    agent: Agent,
    chat: ChatSession,
    new: NewTransfer,
    people: dict[UUID, Agent],
    barred: frozenset[UUID],
) -> int:
    """Return how many seconds the target has. Raises ``NotFoundError`` and ``ConflictError``."""
    if new.agent_id is not None:
        target = people.get(new.agent_id)
        if target is None or not target.is_active:
            raise NotFoundError('agent.not_found')
        if target.id == agent.id:
            raise ConflictError('transfer.self')
        if target.id in barred:
            raise ConflictError('protection.barred')
        await _require_place(work, target, error_key='agent.cannot_take')
        own = await queue_queries.by_id(work.session, chat.queue_id) if chat.queue_id else None
        return max(LEAST_SECONDS, own.offer_seconds if own else LEAST_SECONDS)
    queue = await queue_queries.by_id(work.session, new.queue_id) if new.queue_id else None
    if queue is None or not queue.is_active:
        raise NotFoundError('queue.not_found')
    ready = await queries.ready_in(work.session, queue.department)
    if not [one for one in ready if one.id != agent.id and one.id not in barred]:
        raise ConflictError('transfer.nobody')
    return QUEUE_FACTOR * max(LEAST_SECONDS, queue.offer_seconds)


async def _require_place(
    work: UnitOfWork, agent: Agent, *, beyond: int = 0, error_key: str = ''
) -> None:
    if not is_ready(agent):
        raise ConflictError(error_key or 'agent.not_available')
    load = (await state_queries.loads_of(work.session, [agent.id]))[agent.id]
    if load.total >= agent.chat_capacity + beyond:
        raise ConflictError(error_key or 'agent.full', most=agent.chat_capacity)


async def _seen(work: UnitOfWork, transfer_id: UUID) -> TransferView:
    transfer = await queries.transfer(work.session, transfer_id)
    if transfer is None:
        raise NotFoundError('transfer.not_found')
    return await _view(work, transfer)


def _to(agent: Agent, transfer: TransferView) -> TransferView:
    if agent.id in transfer.refused_by_ids:
        raise ConflictError('transfer.over')
    if not transfer.is_for(agent.id, agent.department):
        raise NotFoundError('transfer.not_found')
    return transfer


async def _still_open(work: UnitOfWork, transfer_id: UUID) -> ChatTransfer:
    transfer = await queries.transfer(work.session, transfer_id, lock=True)
    is_over = transfer is None or transfer.ended_at is not None
    if transfer is None or is_over or transfer.expires_at <= clock.now():
        raise ConflictError('transfer.over')
    return transfer


async def _change_hands(
    work: UnitOfWork, chat: ChatSession, transfer: ChatTransfer, former: Agent, to: Agent
) -> None:
    """Give the chat with all that belongs to it to who accepted; both agents and the chat are locked."""
    queue = await _queue_of(work, transfer)
    record_step(
        work, chat, StepKind.TRANSFERRED,
        agent_id=former.id, by_id=former.id, reason=transfer.reason,
    )  # fmt: skip
    chat.agent_id, chat.status, chat.held_at = to.id, ChatStatus.ACTIVE, None
    chat.come_back()
    chat.joined_agent_ids = [one for one in chat.joined_agent_ids if one != to.id]
    if queue is not None:
        chat.queue_id, chat.department = queue.id, queue.department
    record_step(work, chat, StepKind.TAKEN, agent_id=to.id, by_id=to.id)
    work.record(
        to, AuditAction.CONTACT_TRANSFERRED, subject=chat, reason=transfer.reason,
        details={'from_id': str(former.id), **_target_of(transfer)},
    )  # fmt: skip
    add_line(work, chat, MessageType.TRANSFERRED, to.name, also_to=former.id)
    tell_changed(work, chat, also_to=former.id)
    await _move_draft(work, chat, former, to)
    await _end(work, transfer, TransferOutcome.ACCEPTED, by=to)
    await settle(work, former, StateCause.CONTACT_OVER)
    await settle(work, to, StateCause.CONTACT_TAKEN)


async def _move_draft(work: UnitOfWork, chat: ChatSession, former: Agent, to: Agent) -> None:
    """Give the unsent text to who has the chat now; text that they have typed there themselves stays theirs."""
    draft = await chat_queries.draft_of(work.session, former, chat.id)
    if draft is None or await chat_queries.draft_of(work.session, to, chat.id) is not None:
        return
    await chat_queries.adopt_draft(work.session, draft, to.id)
    for agent, text in ((to, draft.text), (former, '')):
        work.tell(DraftSaved(agent_id=agent.id, chat_id=chat.id, text=text, tab=''))


async def _end(
    work: UnitOfWork,
    transfer: ChatTransfer,
    outcome: TransferOutcome,
    *,
    by: Agent | None = None,
) -> None:
    transfer.outcome, transfer.ended_at = outcome, clock.now()
    transfer.ended_by_id = by.id if by else None
    work.session.add(transfer)
    view = await _view(work, transfer)
    work.tell(
        TransferEnded(
            transfer=view,
            outcome=outcome,
            by_id=by.id if by else None,
            by=by.name if by else '',
        )
    )


async def _queue_of(work: UnitOfWork, transfer: ChatTransfer) -> Queue | None:
    if transfer.to_queue_id is None:
        return None
    return await queue_queries.by_id(work.session, transfer.to_queue_id)


async def _open_to(work: UnitOfWork, agent: Agent) -> tuple[TransferView, ...]:
    return tuple([await _view(work, one) for one in await queries.open_to(work.session, agent)])


async def _view(work: UnitOfWork, transfer: ChatTransfer) -> TransferView:
    chat = require_chat(await chat_queries.any_chat(work.session, transfer.chat_session_id))
    ids = [one for one in (transfer.from_id, transfer.to_agent_id) if one]
    names = await agent_queries.named(work.session, ids)
    queue = await _queue_of(work, transfer)
    return TransferView(
        id=transfer.id,
        chat_session_id=chat.id,
        customer=chat.visitor_name,
        last_line=chat.last_line,
        from_id=transfer.from_id,
        from_name=names.get(transfer.from_id, ''),
        to_agent_id=transfer.to_agent_id,
        to_queue_id=transfer.to_queue_id,
        to_department=queue.department if queue else None,
        to_name=queue.name if queue else names.get(transfer.to_agent_id or transfer.from_id, ''),
        reason=transfer.reason,
        asked_at=transfer.created_at,
        expires_at=transfer.expires_at,
        refused_by_ids=tuple(transfer.refused_by_ids),
    )


def _target_of(transfer: ChatTransfer) -> dict[str, object]:
    if transfer.to_agent_id is not None:
        return {'agent_id': str(transfer.to_agent_id)}
    return {'queue_id': str(transfer.to_queue_id)}
