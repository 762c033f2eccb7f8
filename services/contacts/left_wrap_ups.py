"""후처리 whose agent works here no more: it waits in its queue's list until a colleague takes it over.

It takes nobody's place and has no time limit meanwhile: what nobody writes is nobody's to end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, NotFoundError
from models import Agent, Channel, StateCause, StepKind, WrapUp
from services.contacts import wrap_up_queries as queries
from services.contacts.access import topics_within
from services.contacts.steps import Contact, record_step
from services.contacts.wrap_ups import EVERY_LEFT, LeftWrapUpsChanged, left_topic, limit_of, tell
from services.people.states import locked_agent, settle
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

REASON = 'account ended'


def topics_for(agent: Agent) -> tuple[str, ...]:
    """Return the topics of the lists that a person reads."""
    return topics_within(agent, EVERY_LEFT, left_topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftWrapUp:
    """One entry of the list."""

    contact_id: UUID
    channel: Channel
    customer: str
    """The customer's name; empty for a caller whom nobody knows."""
    left_at: datetime


class LeftWrapUps:
    """The lists, and the taking over."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def all(self, agent: Agent) -> list[LeftWrapUp]:
        """Return what waits in the departments that a person reaches, longest first."""
        async with self._units.db.reading() as session:
            rows: Sequence[tuple[WrapUp, str]] = await queries.left_within(session, agent)
        return [
            LeftWrapUp(
                contact_id=row.contact_id,
                channel=row.channel,
                customer=name,
                left_at=row.left_at or row.created_at,
            )
            for row, name in rows
        ]

    async def take(self, agent: Agent, contact_id: UUID) -> WrapUp:
        """Take a 후처리 over; it uses a place of the person's from now on.

        Raises:
            NotFoundError: the contact does not exist, or has no 후처리.
            ConflictError: somebody has it, or it is done.
        """
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            contact = await queries.seen_contact(work.session, me, contact_id)
            wrap_up = await queries.of_contact(work.session, contact_id, lock=True)
            if contact is None or wrap_up is None:
                raise NotFoundError('wrap_up.not_found')
            if wrap_up.left_at is None or wrap_up.done_at is not None:
                raise ConflictError('wrap_up.taken')
            await _give(work, wrap_up, contact, me, by=me)
            work.tell(LeftWrapUpsChanged(department=contact.department))
            await settle(work, me, StateCause.CONTACT_TAKEN)
        return wrap_up


async def leave(work: UnitOfWork, wrap_up: WrapUp, *, to: Agent | None, by: Agent) -> None:
    """Hand a locked open 후처리 of somebody who leaves to a colleague, or to its queue's list."""
    contact = await queries.contact_of(work.session, wrap_up)
    if contact is None:
        return
    record_step(
        work, contact, StepKind.WRAP_UP_DONE, agent_id=wrap_up.agent_id, by_id=by.id, reason=REASON
    )
    if to is not None:
        await _give(work, wrap_up, contact, to, by=by)
        return
    wrap_up.left_at, wrap_up.limit_at = clock.now(), None
    wrap_up.version += 1
    work.session.add(wrap_up)
    tell(work, wrap_up)
    work.tell(LeftWrapUpsChanged(department=contact.department))


async def _give(
    work: UnitOfWork, wrap_up: WrapUp, contact: Contact, to: Agent, *, by: Agent
) -> None:
    wrap_up.agent_id, wrap_up.left_at = to.id, None
    wrap_up.limit_at = await limit_of(work, contact)
    wrap_up.version += 1
    work.session.add(wrap_up)
    record_step(work, contact, StepKind.WRAP_UP_BEGUN, agent_id=to.id, by_id=by.id)
    tell(work, wrap_up)
