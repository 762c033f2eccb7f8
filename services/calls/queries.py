"""Queries for calls. ``services.contacts.access`` defines who may see them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, func, literal, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk import clock
from desk.compiled_select import built_once
from desk.db import ROW_LOCK
from models import Agent, Call, CallDirection, CallLeg, CallMoment, ContactStep, Queue
from services.contacts.access import reader_values, visible_to, visible_to_bound
from services.work.cursors import Position

CALL_LOCK = 0xCA11
"""The first key of the advisory locks under which facts of one conversation are stored."""


async def hold_call(session: AsyncSession, root_id: str) -> None:
    """Lock a conversation, so that no other transaction stores facts of it until this one ends."""
    await session.exec(
        select(func.pg_advisory_xact_lock(CALL_LOCK, func.hashtext(literal(root_id))))
    )


async def call_of(session: AsyncSession, agent: Agent, call_id: UUID) -> Call | None:
    """Return one call that the agent may see, read now."""
    statement = select(Call).where(col(Call.id) == call_id, visible_to(agent, Call))
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def page(
    session: AsyncSession,
    agent: Agent,
    *,
    is_open: bool | None,
    only_own: bool,
    before: Position | None,
    limit: int,
) -> Sequence[Call]:
    """Return calls that the agent may see, newest first, after a place."""
    statement = select(Call).where(visible_to(agent, Call))
    if is_open is not None:
        is_over = col(Call.end_time).is_not(None)
        statement = statement.where(~is_over if is_open else is_over)
    if only_own:
        statement = statement.where(col(Call.agent_id) == agent.id)
    if before:
        at, one = before
        here = tuple_(col(Call.start_time), col(Call.id))
        statement = statement.where(
            col(Call.start_time) <= at, here < tuple_(literal(at), literal(one))
        )
    order = col(Call.start_time).desc(), col(Call.id).desc()
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def call_by_id(session: AsyncSession, call_id: UUID, *, lock: bool = False) -> Call | None:
    """Return a call, locked until the transaction ends if asked."""
    return await session.get(
        Call, call_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )


async def call_by_contact(session: AsyncSession, contact_id: str) -> Call | None:
    """Return the call that begins with this contact, or has it as a leg."""
    found: Call | None = (
        await session.exec(_BY_CONTACT, params={'contact_id': contact_id})
    ).first()
    return found


async def call_of_contact(session: AsyncSession, agent: Agent, contact_id: str) -> Call | None:
    """Return ``call_by_contact`` if the agent may see it."""
    values = {'contact_id': contact_id, **reader_values(agent)}
    statement = _of_contact(sees_everything=agent.sees_everything)
    found: Call | None = (await session.exec(statement, params=values)).first()
    return found


def _has_contact() -> ColumnElement[bool]:
    """Return the condition for the call of ``contact_id``: two look-ups by index, the second only without the first."""
    contact_id = bindparam('contact_id', type_=String())
    first = select(Call.id).where(col(Call.contact_id) == contact_id).scalar_subquery()
    leg = select(CallLeg.call_id).where(col(CallLeg.contact_id) == contact_id).limit(1)
    return col(Call.id) == func.coalesce(first, leg.scalar_subquery())


_BY_CONTACT = built_once(select(Call).where(_has_contact()))


@cache
def _of_contact(*, sees_everything: bool) -> SelectOfScalar[Call]:
    seen = visible_to_bound(Call, sees_everything=sees_everything)
    return built_once(select(Call).where(_has_contact(), seen))


_waits_for_contact = (
    col(Call.direction) == CallDirection.OUTBOUND,
    col(Call.contact_id).is_(None),
    col(Call.end_time).is_(None),
)


async def dialling(session: AsyncSession, phone: str) -> Call | None:
    """Return the call to a number that the desk has dialled and that has no contact yet, locked."""
    statement = select(Call).where(col(Call.phone) == phone, *_waits_for_contact)
    return (await session.exec(statement.with_for_update(key_share=True))).first()


async def is_dialling(session: AsyncSession) -> bool:
    """Whether the desk has dialled any call that has no contact yet."""
    statement = select(Call.id).where(*_waits_for_contact)
    return (await session.exec(statement.limit(1))).first() is not None


async def never_dialled(session: AsyncSession, *, before: datetime) -> Sequence[Call]:
    """Return calls that the desk dialled before then and that never got a contact, locked."""
    statement = select(Call).where(
        *_waits_for_contact,
        col(Call.dialled_by_id).is_not(None),
        col(Call.created_at) < before,
    )
    locked = statement.with_for_update(skip_locked=True, key_share=True)
    return (await session.exec(locked)).all()


async def leg_by_contact(session: AsyncSession, contact_id: str) -> CallLeg | None:
    """Return the leg of this contact."""
    return (
        await session.exec(select(CallLeg).where(col(CallLeg.contact_id) == contact_id))
    ).first()


async def legs_of(session: AsyncSession, call_id: UUID) -> Sequence[CallLeg]:
    """Return all legs of a call, in the order in which they became known."""
    statement = select(CallLeg).where(col(CallLeg.call_id) == call_id)
    return (await session.exec(statement.order_by(col(CallLeg.created_at), col(CallLeg.id)))).all()


async def moments_of(session: AsyncSession, leg_ids: Collection[UUID]) -> Sequence[CallMoment]:
    """Return the agents' states on these legs, in order of time."""
    statement = select(CallMoment).where(col(CallMoment.leg_id).in_(leg_ids))
    return (await session.exec(statement.order_by(col(CallMoment.at), col(CallMoment.id)))).all()


async def steps_of(session: AsyncSession, call_id: UUID) -> Sequence[ContactStep]:
    """Return the stored steps of a call."""
    statement = select(ContactStep).where(col(ContactStep.contact_id) == call_id)
    return (await session.exec(statement.order_by(col(ContactStep.id)))).all()


async def keep_moment(session: AsyncSession, moment: CallMoment) -> bool:
    """Store an agent's state on a leg; return whether it was new."""
    statement: Any = (
        insert(CallMoment)
        .values(**moment.model_dump())
        .on_conflict_do_nothing(constraint='uq_call_moments_told_once')
        .returning(col(CallMoment.id))
    )
    return (await session.exec(statement)).first() is not None


async def claim_quiet_legs(
    session: AsyncSession, *, before: datetime, limit: int
) -> Sequence[CallLeg]:
    """Return open legs that were not looked up since then, marked as looked up now."""
    statement = (
        select(CallLeg)
        .where(
            col(CallLeg.ended_at).is_(None),
            func.coalesce(col(CallLeg.asked_at), col(CallLeg.created_at)) < before,
        )
        .order_by(col(CallLeg.created_at))
    )
    return await _asked(session, statement.limit(limit))


async def claim_unrecorded_legs(
    session: AsyncSession, *, since: datetime, before: datetime, limit: int
) -> Sequence[CallLeg]:
    """Return answered legs of a period that were not looked up since, marked as looked up now."""
    statement = (
        select(CallLeg)
        .where(
            col(CallLeg.answered_at).is_not(None),
            col(CallLeg.recording) == '',
            col(CallLeg.ended_at) >= since,
            col(CallLeg.ended_at) < before,
            or_(col(CallLeg.asked_at).is_(None), col(CallLeg.asked_at) < col(CallLeg.ended_at)),
        )
        .order_by(col(CallLeg.ended_at))
    )
    return await _asked(session, statement.limit(limit))


async def _asked(session: AsyncSession, statement: Any) -> Sequence[CallLeg]:
    locked = statement.with_for_update(skip_locked=True, key_share=True)
    legs: Sequence[CallLeg] = (await session.exec(locked)).all()
    for leg in legs:
        leg.asked_at = clock.now()
        session.add(leg)
    return legs


async def agent_by_connect(session: AsyncSession, user_id: str, username: str) -> Agent | None:
    """Return the person of a Connect user: by the user id that is set, else by username."""
    statement = select(Agent).where(
        or_(
            col(Agent.connect_user_id) == user_id,
            (col(Agent.connect_user_id).is_(None))
            & (func.lower(col(Agent.username)) == username.lower()),
        )
    )
    found = (await session.exec(statement)).all()
    return next((one for one in found if one.connect_user_id == user_id), next(iter(found), None))


async def queue_by_name(session: AsyncSession, name: str) -> Queue | None:
    """Return the queue with a name."""
    found: Queue | None = (await session.exec(_QUEUE_BY_NAME, params={'name': name})).first()
    return found


_QUEUE_BY_NAME = built_once(
    select(Queue).where(col(Queue.name) == bindparam('name', type_=String()))
)


async def claim_unannounced(
    session: AsyncSession, now: datetime, *, since: datetime, limit: int
) -> Sequence[Call]:
    """Claim incoming calls, answered or over, of which Connect is to be asked what callers heard; oldest first."""
    statement = select(Call).where(
        col(Call.direction) == CallDirection.INBOUND,
        col(Call.notices_asked_at).is_(None),
        col(Call.contact_id).is_not(None),
        col(Call.start_time) >= since,
        or_(col(Call.answered_at).is_not(None), col(Call.end_time).is_not(None)),
    )
    oldest = statement.order_by(col(Call.start_time)).limit(limit)
    claimed = await session.exec(oldest.with_for_update(key_share=True))
    calls = claimed.all()
    for call in calls:
        call.notices_asked_at = now
        session.add(call)
    return calls
