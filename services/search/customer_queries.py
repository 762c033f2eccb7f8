"""Customer search: rare matches come from an index, common ones from the latest contacts.

An index finds a rare name at once, but 40,000 people with one name must all be read to sort them by
last contact. Among the latest contacts a common name appears soon, a rare one never. So every way
to match is tried in its index for at most ``MANY`` rows; when there are more, the latest ``RECENT``
contacts are scanned. Both are bounded, for any typed text and any plan.

A number or address that is masked for the searcher is found by its whole, or by the part that the
mask shows: the last four digits, the text after the @. Any other part would allow to find it out
digit by digit (decision 0020). An agent with an open contact sees that customer's data unmasked,
and finds it by any part.

Each statement is built and compiled once for each combination of kinds of ways; a search supplies
the values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Integer,
    String,
    Uuid,
    any_,
    bindparam,
    func,
    literal_column,
    union_all,
)
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.types import TypeEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.read_session import driver_tuples
from models import Agent, Customer
from models.base import Texts
from services.contacts.queries import in_touch
from services.search.customer_ways import Kind, OpenKind, OpenWay, Way

MANY = 2_000
RECENT = 20_000
GLANCE = 1_000
"""This many latest contacts are scanned before an index that may return nearly everybody."""
KEPT_STATEMENTS = 1_000
"""For each kind of statement; people type some dozens of combinations."""
_DIALECT: Any = psycopg.dialect()  # type: ignore[no-untyped-call]  # not annotated there
_TYPES: dict[type, TypeEngine[Any]] = {str: String(), int: Integer(), list: Texts}

Shape = tuple[tuple[int, Kind | OpenKind, tuple[type, ...]], ...]
"""The structure of a statement: the positions of its ways, their kinds, and the types of their
values."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who matches in one way; ``way_count`` counts matches, up to ``MANY`` plus one."""

    customer_id: UUID
    last_contact_at: datetime | None
    way: int
    way_count: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled statement for the driver, with its constant values."""

    text: str
    fixed: Mapping[str, object]


async def candidates(
    session: AsyncSession, tried: Mapping[int, Way], *, limit: int
) -> list[Candidate]:
    """Return up to ``limit`` customers of each way: the latest contacts, unless over ``MANY`` match."""
    statement = _candidates(_shape(tried.items()), limit)
    rows = await _run(session, statement, _values(tried.items()))
    return [Candidate(*row) for row in rows]


async def among_own(
    session: AsyncSession, agent: Agent, tried: Sequence[OpenWay]
) -> list[Candidate]:
    """Return the matches among the customers with whom an agent has an open contact."""
    placed = list(enumerate(tried))
    values = {**_values(placed), 'agent_id': agent.id}
    return [Candidate(*row) for row in await _run(session, _among_own(_shape(placed)), values)]


async def recent(
    session: AsyncSession, way: Way, place: int, *, among: int, limit: int
) -> list[Candidate]:
    """Return the matches of a way among the latest ``among`` contacts, latest first."""
    placed = [(place, way)]
    rows = await _run(session, _recent(_shape(placed), among, limit), _values(placed))
    return [Candidate(customer_id, at, place, 0) for customer_id, at in rows]


async def by_ids(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Return customers by id."""
    found = await session.exec(_BY_IDS, params={'ids': list(ids)})
    return {customer.id: customer for customer in found.all()}


_BY_IDS = select(Customer).where(col(Customer.id) == any_(bindparam('ids', type_=ARRAY(Uuid))))


# ---- statements, each built once


@lru_cache(maxsize=KEPT_STATEMENTS)
def _candidates(shape: Shape, limit: int) -> Prepared:
    return _prepared(union_all(*(_indexed(one, limit) for one in shape)), shape)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _among_own(shape: Shape) -> Prepared:
    own = col(Customer.id).in_(in_touch(bindparam('agent_id', type_=Uuid())))
    parts: list[Any] = [
        select(
            col(Customer.id),
            col(Customer.last_contact_at),
            literal_column(str(one[0])).label('way'),
            literal_column('0').label('way_count'),
        ).where(own, _condition(one), *_current(Customer))
        for one in shape
    ]
    return _prepared(union_all(*parts), shape, 'agent_id')


@lru_cache(maxsize=KEPT_STATEMENTS)
def _recent(shape: Shape, among: int, limit: int) -> Prepared:
    [(place, kind, types)] = shape
    assert isinstance(kind, Kind)  # noqa: S101 - from ``recent``
    latest = col(Customer.last_contact_at).desc().nulls_last()
    newest = select(Customer).order_by(latest).limit(among).subquery().c
    condition = kind.plain(newest, *_parameters(place, types))
    statement = (
        select(newest.id, newest.last_contact_at).where(condition, *_current(newest)).limit(limit)
    )
    return _prepared(statement, shape)


def _indexed(one: tuple[int, Kind | OpenKind, tuple[type, ...]], limit: int) -> Any:
    some = (
        select(col(Customer.id), col(Customer.last_contact_at))
        .where(_condition(one), *_current(Customer))
        .limit(MANY + 1)
        .subquery()
    )
    latest = some.c.last_contact_at.desc().nulls_last()
    return (
        select(
            some.c.id,
            some.c.last_contact_at,
            literal_column(str(one[0])).label('way'),
            func.count().over().label('way_count'),
        )
        .order_by(latest)
        .limit(limit)
        .subquery()
        .select()
    )


def _condition(one: tuple[int, Kind | OpenKind, tuple[type, ...]]) -> ColumnElement[bool]:
    place, kind, types = one
    holds = kind.indexed if isinstance(kind, Kind) else kind.fits
    return holds(*_parameters(place, types))


def _current(row: Any) -> tuple[ColumnElement[bool], ...]:
    """Leave out customers who were merged into another record, or deleted on request."""
    return row.merged_into_id.is_(None), row.erased_at.is_(None)


# ---- values


def _shape(placed: Iterable[tuple[int, Way | OpenWay]]) -> Shape:
    return tuple((place, way.kind, tuple(map(type, way.values))) for place, way in placed)


def _values(placed: Iterable[tuple[int, Way | OpenWay]]) -> dict[str, object]:
    return {
        _parameter(place, number): value
        for place, way in placed
        for number, value in enumerate(way.values)
    }


def _parameters(place: int, types: tuple[type, ...]) -> list[BindParameter[Any]]:
    return [
        bindparam(_parameter(place, number), type_=_TYPES[one]) for number, one in enumerate(types)
    ]


def _parameter(place: int, number: int) -> str:
    return f'way_{place}_{number}'


def _prepared(statement: Any, shape: Shape, *further: str) -> Prepared:
    """Compile a statement; constants such as limits and states are converted once."""
    ours = {_parameter(place, number) for place, _, types in shape for number in range(len(types))}
    compiled = statement.compile(dialect=_DIALECT)
    state = compiled.construct_expanded_state(dict.fromkeys((*ours, *further)))
    fixed = {
        name: state.processors[name](value) if name in state.processors else value
        for name, value in state.parameters.items()
        if name not in ours and name not in further
    }
    return Prepared(state.statement, fixed)


async def _run(
    session: AsyncSession, statement: Prepared, values: Mapping[str, object]
) -> Sequence[Any]:
    return await driver_tuples(session, statement.text, {**statement.fixed, **values})
