"""What every change of a chat that a unit of work has locked consists of: its line, its event, its end."""

from uuid import UUID, uuid4

from desk import clock
from desk.errors import NotFoundError
from models import (
    Agent,
    ChatArchive,
    ChatEnding,
    ChatSession,
    ChatStatus,
    Message,
    MessageType,
    Queue,
    Sender,
    StateCause,
    StepKind,
)
from services.chats import queries, transfer_queries
from services.chats.events import MessageAdded
from services.contacts import wrap_ups
from services.contacts.steps import record_step
from services.people.events import RoutingNeeded
from services.people.states import settle
from services.work.unit_of_work import UnitOfWork


def require_chat(chat: ChatSession | None) -> ChatSession:
    """Return the chat, or raise ``NotFoundError``: missing and invisible chats look the same."""
    if chat is None:
        raise NotFoundError('chat.not_found')
    return chat


def add_line(
    work: UnitOfWork,
    chat: ChatSession,
    kind: MessageType,
    name: str,
    *,
    also_to: UUID | None = None,
) -> None:
    """Add one of the desk's own lines (joined, ended …) to a chat that the unit of work has locked.

    Its event has a version of its own: of two cards with one version a view keeps whichever came first.
    """
    chat.version += 1
    chat.last_number += 1
    work.session.add(chat)
    append_line(work, chat, kind, name, also_to=also_to)


def append_line(
    work: UnitOfWork,
    chat: ChatSession,
    kind: MessageType,
    name: str,
    *,
    also_to: UUID | None = None,
) -> None:
    """Add a line under the number that the chat has just taken for it."""
    if kind in CHANGES_OF_HANDS:
        forget_silence(chat)
    message = Message(
        id=uuid4(),
        chat_session_id=chat.id,
        number=chat.last_number,
        sender=Sender.SYSTEM,
        type=kind,
        content=name,
    )
    work.append(message)
    work.tell(
        MessageAdded(chat=queries.card(chat), message=queries.shown(message), also_to=also_to)
    )


CHANGES_OF_HANDS = (MessageType.JOINED, MessageType.TRANSFERRED)
"""After these the customer waits for an agent's first line: nobody is silent."""


def forget_silence(chat: ChatSession) -> None:
    """Stop the clock of a silent customer until the next line of an agent."""
    chat.silence_due_at, chat.silence_asked_at = None, None


def tell_changed(work: UnitOfWork, chat: ChatSession, *, also_to: UUID | None = None) -> None:
    """Store a changed chat that the unit of work has locked, and announce it."""
    chat.version += 1
    work.session.add(chat)
    work.tell(queries.changed_event(chat, also_to=also_to))


def close(  # noqa: PLR0913 - an end has many attributes
    work: UnitOfWork,
    chat: ChatSession,
    ending: ChatEnding,
    kind: MessageType,
    name: str,
    *,
    by_id: UUID | None = None,
    reason: str = '',
) -> None:
    """End a chat that the unit of work has locked; when an agent had it, call ``after_end`` next."""
    step = StepKind.ABANDONED if ending is ChatEnding.ABANDONED else StepKind.ENDED
    rang_at_id = chat.offered_agent_id
    chat.status, chat.ending, chat.end_time = ChatStatus.CLOSED, ending, clock.now()
    chat.awaiting_since, chat.unread_count, chat.held_at = None, 0, None
    chat.come_back()
    forget_silence(chat)
    record_step(work, chat, step, agent_id=chat.agent_id or rang_at_id, by_id=by_id, reason=reason)
    if rang_at_id is not None:  # it stops ringing: that agent has a free place again
        chat.offered_agent_id, chat.offered_at, chat.offer_expires_at = None, None, None
        work.tell(RoutingNeeded())
    add_line(work, chat, kind, name, also_to=rang_at_id)
    work.append(ChatArchive(chat_session_id=chat.id))


async def after_end(
    work: UnitOfWork, chat: ChatSession, holder: Agent | None, queue: Queue | None
) -> None:
    """Begin the 후처리 of a chat of this queue that has just ended, and update its agent's state."""
    if chat.agent_id is not None:
        category_id = await transfer_queries.category_of(work.session, chat.id)
        await wrap_ups.begin(work, chat, chat.agent_id, queue, category_id=category_id)
    await settle_holder(work, holder, StateCause.CONTACT_OVER)


async def settle_holder(work: UnitOfWork, holder: Agent | None, cause: StateCause) -> None:
    """Update the state of a chat's agent, if it has one."""
    if holder is not None:
        await settle(work, holder, cause)
