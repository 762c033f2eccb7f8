"""How a supervisor joins an agent's chat: messages to the agent alone, take-over, giving it back.

To read along, a supervisor opens the chat; the agent sees them there (``services.chats.viewers``).
To write in it, they take it over.
"""

from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import (
    Agent,
    AuditAction,
    ChatSession,
    ChatStatus,
    MessageType,
    StateCause,
    StepKind,
)
from models.chat import MAX_MESSAGE_CHARS
from services.chats import queries as chat_queries
from services.chats.changes import add_line, require_chat, tell_changed
from services.contacts.pair_queries import require_not_barred
from services.contacts.steps import record_step
from services.floor.events import ContactSteered, Deed, Whispered
from services.floor.live_board import check_role
from services.floor.steering import checked_reason
from services.people import state_queries
from services.people.states import settle
from services.text.masking import masked_in_thread
from services.text.storable import UNSTORABLE
from services.work.unit_of_work import UnitOfWork, UnitsOfWork


class Joining:
    """Supervisors' actions in other agents' chats. All raise ``NotAllowedError`` for others."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def whisper(self, supervisor: Agent, chat_id: UUID, words: str) -> None:
        """Send the chat's agent a message that its customer never sees; it is not stored.

        Raises:
            NotFoundError: the chat does not exist.
            ConflictError: no other agent has it.
            InvalidInputError: the message is empty or too long.
        """
        check_role(supervisor)
        body = (await masked_in_thread(words.strip())).strip()
        if not body or UNSTORABLE.search(body) or len(body) > MAX_MESSAGE_CHARS:
            raise InvalidInputError('message.blank')
        async with self._units.begin() as work:
            chat = require_chat(
                await chat_queries.locked_chat_of(work.session, supervisor, chat_id)
            )
            if not chat.is_open or chat.agent_id is None or chat.agent_id == supervisor.id:
                raise ConflictError('joining.nobody')
            record_step(work, chat, StepKind.WHISPERED, agent_id=chat.agent_id, by_id=supervisor.id)
            work.record(supervisor, AuditAction.CONTACT_WHISPERED, subject=chat)
            work.tell(
                Whispered(
                    agent_id=chat.agent_id,
                    contact_id=chat.id,
                    customer=chat.visitor_name,
                    by=supervisor.name,
                    body=body,
                )
            )

    async def take_over(self, supervisor: Agent, chat_id: UUID, reason: str) -> UUID:
        """Take over a chat, regardless of free places; return the agent who had it.

        Raises:
            NotFoundError: the chat does not exist.
            ConflictError: it is not open, or the supervisor has it already.
            InvalidInputError: the reason is empty or too long.
        """
        why = checked_reason(supervisor, reason)
        async with self._units.begin() as work:
            return await _hand_over(work, supervisor, chat_id, supervisor.id, why)

    async def give_back(self, supervisor: Agent, chat_id: UUID, agent_id: UUID) -> None:
        """Give a chat back to the agent from whom it was taken over. Raises as ``take_over``."""
        check_role(supervisor)
        async with self._units.begin() as work:
            holder_id = await chat_queries.holder_of(work.session, chat_id)
            if holder_id != supervisor.id:
                raise ConflictError('chat.held_by_colleague')
            await _hand_over(work, supervisor, chat_id, agent_id, '')


async def _hand_over(
    work: UnitOfWork, supervisor: Agent, chat_id: UUID, to_id: UUID, why: str
) -> UUID:
    """Assign an open chat to another agent; both agents' rows are locked before the chat's."""
    former_id = await chat_queries.holder_of(work.session, chat_id)
    if former_id is None:
        raise ConflictError('chat.not_taken')
    people = await state_queries.locked_agents(work.session, {former_id, to_id})
    chat = require_chat(await chat_queries.locked_chat_of(work.session, supervisor, chat_id))
    if not chat.is_open or chat.agent_id != former_id or former_id == to_id:
        raise ConflictError('chat.held_by_colleague')
    if to_id not in people or not people[to_id].is_active:
        raise NotFoundError('agent.not_found')
    await require_not_barred(work.session, to_id, chat.customer_id, chat.visitor_phone)
    _change_hands(work, supervisor, chat, people[to_id], why)
    if former_id != supervisor.id:
        work.tell(
            ContactSteered(
                agent_id=former_id,
                contact_id=chat.id,
                customer=chat.visitor_name,
                by=supervisor.name,
                deed=Deed.TAKEN_OVER,
                reason=why,
            )
        )
    await settle(work, people[former_id], StateCause.CONTACT_OVER)
    await settle(work, people[to_id], StateCause.CONTACT_TAKEN)
    return former_id


def _change_hands(
    work: UnitOfWork, supervisor: Agent, chat: ChatSession, to: Agent, why: str
) -> None:
    former_id = chat.agent_id
    record_step(
        work, chat, StepKind.TRANSFERRED, agent_id=former_id, by_id=supervisor.id, reason=why
    )
    chat.agent_id, chat.status, chat.held_at = to.id, ChatStatus.ACTIVE, None
    chat.come_back()
    record_step(work, chat, StepKind.TAKEN, agent_id=to.id, by_id=supervisor.id)
    work.record(
        supervisor, AuditAction.CONTACT_TAKEN_OVER, subject=chat, reason=why,
        details={'agent_id': str(to.id)},
    )  # fmt: skip
    add_line(work, chat, MessageType.JOINED, to.name, also_to=former_id)
    tell_changed(work, chat, also_to=former_id)
