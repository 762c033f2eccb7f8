"""A whole chat, read line by line: what both sides saw of it, and nothing else.

Private notes, drafts, sentiment and the customer's typed number are no part of it. Numbers in messages were masked when
they were stored, so there is nothing here that could be made whole again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models import Attachment, ChatSession, Message, MessageType, Sender
from services.chats import queries as chat_queries
from services.people import agent_queries
from services.transcripts import queries

LINES = 500
"""Messages that one statement reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationLine:
    """One message; ``name`` is the agent's or, of the desk's own lines, of who acted."""

    number: int
    at: datetime
    sender: Sender
    type: MessageType
    name: str
    text: str
    media_type: str = ''
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One chat with all its lines, oldest first."""

    id: UUID
    department: str
    queue: str
    source: str
    customer: str
    """The name that the customer typed."""
    agent: str
    started_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    ending: str
    lines: Sequence[ConversationLine]


async def conversation_of(session: AsyncSession, chat: ChatSession) -> Conversation:
    """Return a chat with all its lines as they are now."""
    messages: list[Message] = []
    while page := await chat_queries.messages_after(
        session, chat.id, messages[-1].number if messages else 0, LINES
    ):
        messages += page
    people = {chat.agent_id, *(one.sender_id for one in messages)} - {None}
    names = await agent_queries.named(session, [one for one in people if one is not None])
    files = {one.id: one for one in await queries.files_of(session, chat.id)}
    return Conversation(
        id=chat.id,
        department=chat.department,
        queue=await queries.queue_name(session, chat.queue_id),
        source=chat.source,
        customer=chat.visitor_name,
        agent=names.get(chat.agent_id, '') if chat.agent_id else '',
        started_at=chat.start_time,
        taken_at=chat.taken_at,
        ended_at=chat.end_time,
        ending=chat.ending.value if chat.ending else '',
        lines=[_line(one, names, files.get(one.id)) for one in messages],
    )


def _line(message: Message, names: dict[UUID, str], file: Attachment | None) -> ConversationLine:
    is_own = message.sender is Sender.SYSTEM  # its content is the name of who acted
    return ConversationLine(
        number=message.number,
        at=message.created_at,
        sender=message.sender,
        type=message.type,
        name=message.content if is_own else names.get(message.sender_id, '') if message.sender_id else '',
        text='' if is_own else message.content,
        media_type=file.media_type if file else '',
        size_bytes=file.size_bytes if file else 0,
    )  # fmt: skip
