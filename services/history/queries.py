"""Queries for the history: every chat and call that an agent may see, newest first.

Visibility is ``services.contacts.access.visible_to``, in parts that an index can answer (``reaches_of``): the
agent's own department is one source, their contacts of other departments another; each is read in
order and only as far as a page needs.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ClauseElement,
    ColumnElement,
    Executable,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    collate,
    desc,
    func,
    literal,
    literal_column,
    null,
    or_,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.compiled_select import built_once
from models import (
    Agent,
    AgentRole,
    Call,
    CallEnding,
    ChatEnding,
    ChatSession,
    ChatStatus,
    Customer,
    Priority,
)
from services.chats.label_queries import chats_labelled
from services.chats.rating_queries import chats_rated
from services.contacts.access import reaches_of, reader_values, visible_to_bound, within_reach
from services.contacts.wrap_up_queries import contacts_with
from services.history.filter import Channel, ContactState, HistoryFilter
from services.sentiment.queries import chats_that_sound
from services.work.cursors import Position

Table = type[ChatSession] | type[Call]
Source = Any
"""A statement that selects the places of some contacts, unordered (SQLAlchemy's selects have no
short type)."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LAST_LETTER = '\U0010ffff'
CHANNELS: dict[Channel, Table] = {Channel.CHAT: ChatSession, Channel.CALL: Call}


def sources(
    agent: Agent, wanted: HistoryFilter, *, of_customers: Sequence[UUID] | None = None
) -> list[Source]:
    """Return disjoint statements for all matching contacts (of these customers) the agent may see."""
    return [
        source
        for table in tables(wanted)
        for source in _within_reach(
            agent,
            table,
            wanted,
            *([] if of_customers is None else [col(table.customer_id).in_(of_customers)]),
        )
    ]


def of_visitors(agent: Agent, wanted: HistoryFilter, keys: Sequence[str]) -> list[Source]:
    """Return the statements for matching chats without a linked record, by the typed name.

    ``keys`` are name keys, whole or the beginning (``SearchTerms.names``).
    """
    if not keys or ChatSession not in tables(wanted):
        return []
    key_of_row = collate(func.name_key(col(ChatSession.visitor_name)), 'C')
    called = [
        and_(key_of_row >= key, key_of_row < key + LAST_LETTER)
        if len(key) > 1  # one letter matches too many names
        else key_of_row == key
        for key in keys
    ]
    is_unlinked = col(ChatSession.customer_id).is_(None)
    return _within_reach(agent, ChatSession, wanted, is_unlinked, or_(*called))


def _within_reach(
    agent: Agent, table: Table, wanted: HistoryFilter, *narrower: ColumnElement[bool]
) -> list[Source]:
    return [
        select(col(table.start_time), col(table.id)).where(
            *reach, *conditions(table, wanted), *narrower
        )
        for reach in reaches_of(agent, table)
    ]


def tables(wanted: HistoryFilter) -> list[Table]:
    """Return the tables that may contain matching contacts."""
    found = [CHANNELS[wanted.channel]] if wanted.channel else list(CHANNELS.values())
    never_a_call = (
        wanted.state is ContactState.ON_HOLD or wanted.sentiment or wanted.rating or wanted.label_id
    )
    return [table for table in found if not (table is Call and never_a_call)]


def conditions(table: Table, wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    """Return a filter's conditions on rows of a table; its text is handled elsewhere."""
    since, until = wanted.span
    found: list[ColumnElement[bool]] = []
    if since:
        found.append(col(table.start_time) >= since)
    if until:
        found.append(col(table.start_time) < until)
    equal = {
        table.agent_id: wanted.agent_id,
        table.department: wanted.department,
        table.priority: wanted.priority,
    }
    found += [col(column) == value for column, value in equal.items() if value]
    if wanted.category_id or wanted.needs_follow_up:
        written = contacts_with(
            category_id=wanted.category_id, needs_follow_up=wanted.needs_follow_up
        )
        found.append(col(table.id).in_(written))
    if wanted.sentiment:
        found.append(col(table.id).in_(chats_that_sound(wanted.sentiment)))
    if wanted.rating:
        found.append(col(table.id).in_(chats_rated(wanted.rating)))
    if wanted.label_id:
        found.append(col(table.id).in_(chats_labelled(wanted.label_id)))
    if wanted.state:
        found.append(_STATES[table][wanted.state])
    return found


def behind(place: Position, start_time: Any, contact_id: Any) -> list[ColumnElement[bool]]:
    """Return the condition for rows after a place; its first part lets an index answer at any depth."""
    at, one = place
    return [start_time <= at, tuple_(start_time, contact_id) < tuple_(literal(at), literal(one))]


_NEWEST_FIRST: tuple[Any, Any] = desc(literal_column('start_time')), desc(literal_column('id'))


async def places(
    session: AsyncSession, found: Sequence[Source], *, before: Position | None, limit: int
) -> list[Position]:
    """Return up to ``limit`` places from these sources, newest first, without repeats."""
    if not found:
        return []
    parts = []
    for source in found:
        start_time, contact_id = source.selected_columns
        newest = source.order_by(start_time.desc(), contact_id.desc()).limit(limit)
        if before:
            newest = newest.where(*behind(before, start_time, contact_id))
        parts.append(newest)
    page: Any = parts[0] if len(parts) == 1 else union(*parts).order_by(*_NEWEST_FIRST).limit(limit)
    return [(at, one) for at, one in (await session.exec(page)).all()]


async def count(session: AsyncSession, found: Sequence[Source], *, most: int | None = None) -> int:
    """Return the number of contacts in these disjoint sources, counting up to ``most``."""
    if not found:
        return 0
    # Counting needs no order: a condition that is always true makes an index usable with any
    # filter.
    ever = [source.where(source.selected_columns.start_time >= LONG_AGO) for source in found]
    every = union_all(*(source.subquery().select() for source in ever))
    some = (every.limit(most) if most else every).subquery()
    return (await session.exec(select(func.count()).select_from(some))).one()


class _Explain(Executable, ClauseElement):
    """A statement that is planned and not run."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(_Explain)
def _explain(element: _Explain, compiler: Any, **options: Any) -> str:
    return f'EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}'


async def estimate(session: AsyncSession, found: Sequence[Source]) -> int:
    """Return the planner's estimate of the contacts in these disjoint sources."""
    every: Any = _Explain(union_all(*(source.subquery().select() for source in found)))
    plan = (await session.exec(every)).scalar_one()
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]['Plan']['Plan Rows'])


async def colleagues(session: AsyncSession, agent: Agent) -> Sequence[Agent]:
    """Return the agent and everybody who takes contacts in departments they see, by name."""
    statement = select(Agent).order_by(col(Agent.last_name), col(Agent.first_name), col(Agent.id))
    if agent.is_supervisor:
        statement = statement.where(
            (col(Agent.role) == AgentRole.AGENT) | (col(Agent.id) == agent.id)
        )
    statement = statement.where(
        or_(within_reach(agent, col(Agent.department)), col(Agent.id) == agent.id)
    )
    return (await session.exec(statement)).all()


class ContactRow(Protocol):
    """The columns that ``rows`` selects of a contact in any table."""

    channel: str
    id: UUID
    customer_id: UUID | None
    agent_id: UUID | None
    department: str
    priority: Priority
    state: str
    ending: str | None
    direction: str | None
    start_time: datetime
    answered_at: datetime | None
    end_time: datetime | None
    name: str
    phone: str
    last_line: str
    last_number: int
    first_name: str | None
    last_name: str | None
    """The names of the agent who has it; ``None`` for nobody."""
    Customer: Customer | None


async def rows(session: AsyncSession, agent: Agent, ids: Sequence[UUID]) -> Sequence[ContactRow]:
    """Return the list data of these contacts that the agent may see; unordered."""
    values = {'ids': list(ids), **reader_values(agent)}
    found: Sequence[ContactRow] = (
        await session.exec(_rows(sees_everything=agent.sees_everything), params=values)
    ).all()
    return found


@cache
def _rows(*, sees_everything: bool) -> Any:
    wanted = any_(bindparam('ids', type_=ARRAY(Uuid)))
    parts = [
        select(*columns).where(
            visible_to_bound(table, sees_everything=sees_everything), col(table.id) == wanted
        )
        for table, columns in _COLUMNS.items()
    ]
    contact = union_all(*parts).subquery()
    shown: list[Any] = [*contact.c, Agent.first_name, Agent.last_name, Customer]
    statement: Any = (
        select(*shown)
        .select_from(contact)
        .join(Agent, col(Agent.id) == contact.c.agent_id, isouter=True)
        .join(Customer, col(Customer.id) == contact.c.customer_id, isouter=True)
    )
    return built_once(statement)


_chat_is_abandoned = col(ChatSession.ending) == ChatEnding.ABANDONED
_call_is_abandoned = col(Call.ending) == CallEnding.ABANDONED
_is_over = col(Call.end_time).is_not(None)
_is_answered = col(Call.answered_at).is_not(None)

_STATES: dict[Table, dict[ContactState, ColumnElement[bool]]] = {
    ChatSession: {
        ContactState.WAITING: col(ChatSession.status) == ChatStatus.WAITING,
        ContactState.ACTIVE: col(ChatSession.status) == ChatStatus.ACTIVE,
        ContactState.ON_HOLD: col(ChatSession.status) == ChatStatus.ON_HOLD,
        ContactState.CLOSED: and_(
            col(ChatSession.status) == ChatStatus.CLOSED,
            col(ChatSession.ending).is_distinct_from(ChatEnding.ABANDONED),
        ),
        ContactState.ABANDONED: and_(
            col(ChatSession.status) == ChatStatus.CLOSED, _chat_is_abandoned
        ),
    },
    Call: {
        ContactState.WAITING: and_(~_is_over, ~_is_answered),
        ContactState.ACTIVE: and_(~_is_over, _is_answered),
        ContactState.CLOSED: and_(
            _is_over, col(Call.ending).is_distinct_from(CallEnding.ABANDONED)
        ),
        ContactState.ABANDONED: _call_is_abandoned,
    },
}
_COLUMNS: dict[Table, list[Any]] = {
    ChatSession: [
        literal(Channel.CHAT.value).label('channel'),
        col(ChatSession.id),
        col(ChatSession.customer_id),
        col(ChatSession.agent_id),
        col(ChatSession.department),
        col(ChatSession.priority),
        case(
            (_chat_is_abandoned, ContactState.ABANDONED.value), else_=cast(ChatSession.status, Text)
        ).label('state'),
        cast(ChatSession.ending, Text).label('ending'),
        cast(null(), Text).label('direction'),
        col(ChatSession.start_time),
        col(ChatSession.taken_at).label('answered_at'),
        col(ChatSession.end_time),
        col(ChatSession.visitor_name).label('name'),
        col(ChatSession.visitor_phone).label('phone'),
        col(ChatSession.last_line),
        col(ChatSession.last_number),
    ],
    Call: [
        literal(Channel.CALL.value).label('channel'),
        col(Call.id),
        col(Call.customer_id),
        col(Call.agent_id),
        col(Call.department),
        col(Call.priority),
        case(
            (_call_is_abandoned, ContactState.ABANDONED.value),
            (_is_over, ContactState.CLOSED.value),
            (_is_answered, ContactState.ACTIVE.value),
            else_=ContactState.WAITING.value,
        ).label('state'),
        cast(Call.ending, Text).label('ending'),
        cast(Call.direction, Text).label('direction'),
        col(Call.start_time),
        col(Call.answered_at),
        col(Call.end_time),
        literal('').label('name'),
        col(Call.phone),
        literal('').label('last_line'),
        literal(0).label('last_number'),
    ],
}
