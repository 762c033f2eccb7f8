"""Ends the open chats of customers who are blocked: nobody can write in them any more, and an agent has a place less.

However the block came about (a form, 이용 제한, an imported file, a merge, an undo of one): whoever commits one calls this next,
and a sweep of any process ends the chats that a killed process left, as call-backs are cancelled (decision 0052).
"""

from collections.abc import Collection
from uuid import UUID

from models import Agent, ChatEnding, ChatStatus, MessageType
from services.chats import queries
from services.chats.changes import after_end, close
from services.contacts import queue_queries
from services.work.unit_of_work import UnitsOfWork

BY_DESK = ''
"""In place of a name in the line of the ending: the desk ended the chat, not a colleague."""


async def end_chats_of_blocked(
    units: UnitsOfWork, by: Agent | None, customer_id: UUID, phones: Collection[str]
) -> int:
    """End the customer's open chats, each in a unit of work of its own; return how many.

    Also chats without a linked customer that came from one of these numbers. One that was linked to somebody else meanwhile
    goes on. It is called after the block is committed, so that none begins after it.
    """
    async with units.db.reading() as session:
        found = await queries.open_of_customer(session, customer_id, phones)
    return [await _end(units, by, chat_id) for chat_id in found].count(True)


async def end_chats_of_all_blocked(units: UnitsOfWork, by: Agent | None = None) -> int:
    """End the open chats of everybody who is blocked; return how many. Without ``by`` the desk itself ends them."""
    async with units.db.reading() as session:
        found = await queries.open_of_blocked(session)
    return [await _end(units, by, chat_id) for chat_id in found].count(True)


async def _end(units: UnitsOfWork, by: Agent | None, chat_id: UUID) -> bool:
    async with units.begin() as work:
        holder = await queries.locked_holder(work.session, chat_id)
        chat = await queries.locked_chat(work.session, chat_id)
        if chat is None or chat.status is ChatStatus.CLOSED:
            return False
        if not await queries.is_blocked(work.session, chat.customer_id, chat.visitor_phone):
            return False
        close(
            work,
            chat,
            ChatEnding.AGENT,
            MessageType.ENDED_BY_AGENT,
            BY_DESK,
            by_id=by.id if by else None,
        )
        queue = await queue_queries.by_id(work.session, chat.queue_id) if chat.queue_id else None
        await after_end(work, chat, holder, queue)
    return True
