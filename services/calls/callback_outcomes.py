"""What a call means for open call-backs to its number, in the transaction that tells of the call.

Any call counts, however it was dialled: from the list, by hand, by a program. The customer who calls first and is answered
needs no call any more.
"""

from uuid import UUID

from desk import clock
from models import (
    AuditAction,
    Call,
    Callback,
    CallbackAttempt,
    CallbackStatus,
    CallDirection,
    SubjectKind,
)
from models.callback import MAX_ATTEMPTS
from services.calls import callback_queries as queries
from services.calls.callback_view import CallbackChanged
from services.work.unit_of_work import UnitOfWork

BLOCKED = 'customer_blocked'
"""The reason of call-backs that the desk cancels because their customers are blocked."""


async def follow_call(work: UnitOfWork, call: Call) -> None:
    """Let the open call-backs to a locked call's number be what the call makes of them; again it changes nothing."""
    if not call.phone or not (call.is_answered or call.end_time):
        return
    # By the desk's clock on both sides: one that is promised in this very call is not about it.
    for callback in await queries.open_for(work.session, call.phone, since=call.created_at):
        if call.direction is CallDirection.INBOUND:
            if call.is_answered:
                close(work, callback, CallbackStatus.CAME_FIRST)
        else:
            await _tried(work, callback, call)


def close(
    work: UnitOfWork,
    callback: Callback,
    status: CallbackStatus,
    *,
    agent_id: UUID | None = None,
    reason: str = '',
) -> None:
    """Close a locked call-back and put it on record; ``agent_id``: who talked with the customer; ``reason``: a word."""
    callback.status, callback.closed_at, callback.closed_by_id = status, clock.now(), agent_id
    tell(work, callback)
    work.record(
        agent_id,
        AuditAction.CALLBACK_CLOSED,
        subject=(SubjectKind.CALLBACK, callback.id),
        details={'status': status.value} | ({'reason': reason} if reason else {}),
    )


def tell(work: UnitOfWork, callback: Callback) -> None:
    """Keep a changed call-back and tell of it."""
    callback.version += 1
    callback.updated_at = clock.now()
    work.session.add(callback)
    tell_of(work, callback)


def tell_of(work: UnitOfWork, callback: Callback) -> None:
    """Tell that a call-back is to be read again."""
    work.tell(
        CallbackChanged(
            callback_id=callback.id, department=callback.department, chat_id=callback.chat_id
        )
    )


async def _tried(work: UnitOfWork, callback: Callback, call: Call) -> None:
    agent_id = call.agent_id or call.dialled_by_id
    if agent_id is None or not (call.contact_id and (call.is_answered or call.end_time)):
        return
    attempt = CallbackAttempt(callback_id=callback.id, call_id=call.id, agent_id=agent_id)
    if not await queries.keep_attempt(work.session, attempt):
        return
    callback.attempts += 1
    callback.owner_id = callback.owner_id or agent_id
    if call.is_answered:
        close(work, callback, CallbackStatus.REACHED, agent_id=call.agent_id)
    elif callback.attempts >= MAX_ATTEMPTS:
        close(work, callback, CallbackStatus.GIVEN_UP, agent_id=call.agent_id)
    else:
        tell(work, callback)
