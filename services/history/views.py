"""Saved views of the history: named filters. A URL can be shared, a view cannot."""

from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, HistoryView
from services.history import view_queries as queries
from services.history.filter import MAX_QUERY_CHARS, HistoryFilter
from services.people import agent_queries
from services.text.terms import clean
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MAX_VIEWS = 30
MAX_NAME_CHARS = 60


class HistoryViews:
    """Each agent's own saved views."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def views(self, agent: Agent) -> list[HistoryView]:
        """Return the agent's views by name."""
        async with self._db.reading() as session:
            return list(await queries.views_of(session, agent))

    async def create(self, agent: Agent, name: str, wanted: HistoryFilter) -> HistoryView:
        """Save a filter under a new name.

        Raises:
            ConflictError: the name is taken, or there are ``MAX_VIEWS`` already.
            InvalidInputError: the name is empty or too long, or the filter is too long.
        """
        name, query = _named(name), _kept(wanted)
        async with self._units.begin() as work:
            others = await _locked_views(work, agent)
            if len(others) >= MAX_VIEWS:
                raise ConflictError('history.views_full', most=MAX_VIEWS)
            _check_free(name, others)
            view = HistoryView(agent_id=agent.id, name=name, query=query)
            work.session.add(view)
        return view

    async def rename(self, agent: Agent, view_id: UUID, name: str) -> HistoryView:
        """Rename a view. Raises as ``create``, and ``NotFoundError``."""
        name = _named(name)
        async with self._units.begin() as work:
            others = await _locked_views(work, agent)
            view = await _found(work, agent, view_id)
            _check_free(name, [one for one in others if one.id != view_id])
            view.name = name
        return view

    async def overwrite(self, agent: Agent, view_id: UUID, wanted: HistoryFilter) -> HistoryView:
        """Replace a view's filter. Raises ``NotFoundError``, ``InvalidInputError``."""
        query = _kept(wanted)
        async with self._units.begin() as work:
            view = await _found(work, agent, view_id)
            view.query = query
        return view

    async def delete(self, agent: Agent, view_id: UUID) -> None:
        """Delete a view; no error if it is gone already."""
        async with self._units.begin() as work:
            if view := await queries.view_of(work.session, agent, view_id):
                await work.session.delete(view)


async def _locked_views(work: UnitOfWork, agent: Agent) -> list[HistoryView]:
    """Return an agent's views, locked against additions through the agent's row."""
    await agent_queries.by_id(work.session, agent.id, lock=True)
    return list(await queries.views_of(work.session, agent))


async def _found(work: UnitOfWork, agent: Agent, view_id: UUID) -> HistoryView:
    view = await queries.view_of(work.session, agent, view_id)
    if view is None:
        raise NotFoundError('history.view_not_found')
    return view


def _check_free(name: str, others: list[HistoryView]) -> None:
    if any(one.name == name for one in others):
        raise ConflictError('history.view_taken', name=name)


def _named(name: str) -> str:
    written = clean(name)
    if not written:
        raise InvalidInputError('history.view_nameless')
    if len(written) > MAX_NAME_CHARS:
        raise InvalidInputError('history.view_name_long', most=MAX_NAME_CHARS)
    return written


def _kept(wanted: HistoryFilter) -> str:
    if len(wanted.query) > MAX_QUERY_CHARS:
        raise InvalidInputError('history.filter_long')
    return wanted.query
