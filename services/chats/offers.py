"""Offers: a waiting chat rings at one agent for a few seconds; it is taken, refused, missed or withdrawn.

A chat rings at one agent at most, because the offer is stored in the chat's row. ``services.floor``
makes the offers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError
from models import Agent, ChatSession, ChatStatus, StateCause, StepKind
from services.chats import queries, ringing_queries
from services.chats.changes import tell_changed
from services.chats.events import ChatCard
from services.contacts.steps import record_step
from services.people.events import RoutingNeeded
from services.people.states import is_ready, locked_agent, miss, settle
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

REFUSED_AS_GONE = 'agent_gone'
"""The reason of an offer withdrawn because its agent can take nothing now."""


MOST_RINGING = 100
"""More chats than this ring no louder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """The chats that ring at an agent."""

    offers: tuple[ChatCard, ...]
    waiting: frozenset[UUID]
    """Waiting chats of queues whose agents take from the list."""
    push_queues: frozenset[UUID]
    """The queues that offer each chat to one agent only."""


class Offers:
    """How offers end, other than by being taken (``Chats.take``)."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def ringing(self, agent: Agent) -> Ringing:
        """Return the chats that ring at an available agent: offers, and chats to take from the list."""
        async with self._units.db.reading() as session:
            found = await ringing_queries.ringing_for(session, agent, limit=MOST_RINGING)
            offered = await ringing_queries.offered_to(session, agent) if found.has_offers else ()
        return Ringing(
            offers=tuple(queries.card(chat) for chat in offered),
            waiting=frozenset(found.waiting),
            push_queues=frozenset(found.push_queues),
        )

    async def refuse(self, agent: Agent, chat_id: UUID) -> None:
        """Refuse an offered chat: it goes to the next agent.

        Raises ``ConflictError`` when it rings no more.
        """
        async with self._units.begin() as work:
            me = await locked_agent(work, agent.id)
            chat = await queries.locked_chat(work.session, chat_id)
            if chat is None or chat.offered_agent_id != agent.id:
                raise ConflictError('offer.over')
            _end(work, chat, StepKind.REFUSED, by_id=agent.id)
            await settle(work, me, StateCause.CONTACT_OVER)

    async def end_unanswered(self, chat_id: UUID, agent_id: UUID, *, most_missed: int) -> bool:
        """End an offer that timed out or whose agent is unavailable; return whether there was one."""
        async with self._units.begin() as work:
            agent = await locked_agent(work, agent_id)
            chat = await queries.locked_chat(work.session, chat_id)
            if (
                chat is None
                or chat.offered_agent_id != agent_id
                or chat.status is not ChatStatus.WAITING
            ):
                return False
            is_over = chat.offer_expires_at is None or chat.offer_expires_at <= clock.now()
            if is_ready(agent) and not is_over:
                return False
            if is_over:
                _end(work, chat, StepKind.MISSED)
                await miss(work, agent, most=most_missed)
            else:
                _end(work, chat, StepKind.WITHDRAWN, reason=REFUSED_AS_GONE)
        return True


def _end(
    work: UnitOfWork,
    chat: ChatSession,
    kind: StepKind,
    *,
    by_id: UUID | None = None,
    reason: str = '',
) -> None:
    record_step(work, chat, kind, agent_id=chat.offered_agent_id, by_id=by_id, reason=reason)
    former = chat.offered_agent_id
    clear(chat)
    tell_changed(work, chat, also_to=former)
    work.tell(RoutingNeeded())


def ring(chat: ChatSession, agent_id: UUID, *, at: datetime, seconds: int) -> None:
    """Offer a locked chat to an agent for this many seconds."""
    chat.offered_agent_id, chat.offered_at = agent_id, at
    chat.offer_expires_at = at + timedelta(seconds=seconds)


def clear(chat: ChatSession) -> None:
    """End the offer of a chat."""
    chat.offered_agent_id, chat.offered_at, chat.offer_expires_at = None, None, None
