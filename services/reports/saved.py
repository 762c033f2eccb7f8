"""Saved reports: a report under a name, for all supervisors, shown on the screen of who subscribed to it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AgentRole, SavedReport
from services.floor.live_board import check_role
from services.reports import saved_queries as queries
from services.reports.report_query import ReportQuery, read_query
from services.reports.reports import Report, Reports
from services.text.terms import clean
from services.work.unit_of_work import UnitsOfWork

MAX_SAVED = 100
MAX_NAME_CHARS = 60
MOST_SHOWN = 6
"""The subscribed reports that a screen shows, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved report, as its list shows it."""

    id: UUID
    name: str
    query: ReportQuery
    made_by: str
    is_mine: bool
    """Whether the reader subscribed to it."""
    may_delete: bool


class SavedReports:
    """Saved reports, for supervisors and administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork, reports: Reports) -> None:
        self._units = units
        self._db = units.db
        self._reports = reports

    async def all(self, watcher: Agent) -> list[Saved]:
        """Return all saved reports by name."""
        check_role(watcher)
        async with self._db.reading() as session:
            found = await queries.saved_reports(session, watcher)
        return [
            Saved(
                id=one.id,
                name=one.name,
                query=read_query(dict(parse_qsl(one.query)))[0],
                made_by=maker,
                is_mine=is_mine,
                may_delete=_may_delete(watcher, one),
            )
            for one, maker, is_mine in found
        ]

    async def subscribed(self, watcher: Agent) -> list[tuple[Saved, Report]]:
        """Return the reports that this person subscribed to, as they are now; at most ``MOST_SHOWN``."""
        mine = [one for one in await self.all(watcher) if one.is_mine]
        return [(one, await self._reports.report(watcher, one.query)) for one in mine[:MOST_SHOWN]]

    async def save(self, watcher: Agent, name: str, query: ReportQuery) -> SavedReport:
        """Save a report under a new name; who saves it subscribes to it.

        Raises:
            ConflictError: the name is taken, or there are ``MAX_SAVED`` already.
            InvalidInputError: the name is empty or too long.
        """
        check_role(watcher)
        name = clean(name)
        if not name or len(name) > MAX_NAME_CHARS:
            raise InvalidInputError('report.name', most=MAX_NAME_CHARS)
        async with self._units.begin() as work:
            if await queries.by_name(work.session, name):
                raise ConflictError('report.taken', name=name)
            if await queries.number(work.session) >= MAX_SAVED:
                raise ConflictError('report.full', most=MAX_SAVED)
            saved = SavedReport(made_by_id=watcher.id, name=name, query=query.address)
            work.session.add(saved)
            await work.session.flush()
            await queries.subscribe(work.session, saved.id, watcher.id)
        return saved

    async def subscribe(self, watcher: Agent, report_id: UUID, *, wanted: bool) -> None:
        """Show a saved report on this person's screen from now on, or no longer. Raises ``NotFoundError``."""
        check_role(watcher)
        async with self._units.begin() as work:
            if await queries.by_id(work.session, report_id) is None:
                raise NotFoundError('report.not_found')
            change = queries.subscribe if wanted else queries.unsubscribe
            await change(work.session, report_id, watcher.id)

    async def delete(self, watcher: Agent, report_id: UUID) -> None:
        """Delete a saved report; no error if it is gone already.

        Raises ``NotAllowedError`` for all but who made it and administrators.
        """
        check_role(watcher)
        async with self._units.begin() as work:
            saved = await queries.by_id(work.session, report_id)
            if saved is None:
                return
            if not _may_delete(watcher, saved):
                raise NotAllowedError('report.not_yours')
            await work.session.delete(saved)


def _may_delete(watcher: Agent, saved: SavedReport) -> bool:
    return saved.made_by_id == watcher.id or watcher.role is AgentRole.ADMIN
