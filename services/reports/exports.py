"""Exports of reports: the table or the agents' days as they are shown, as CSV or XLSX. Nothing of it is stored but that it was taken."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date

from desk import sheets
from desk.sheets import Row, Rows
from models import Agent, AuditAction
from services.floor.live_board import check_role
from services.history.exports import ExportFormat
from services.reports.agent_days import AgentDay
from services.reports.day_reports import DayReports
from services.reports.report_query import ReportQuery, ReportView
from services.reports.reports import Report, Reports
from services.work.export_reasons import ExportWhy
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The texts of a file, in its reader's language."""

    rows: Callable[[Report], list[Row]]
    """All rows of the file, its headings first."""
    days: Callable[[date, Sequence[AgentDay]], list[Row]]
    """The same of agents' days."""


class ReportExports:
    """Exports reports, for supervisors and administrators."""

    def __init__(self, units: UnitsOfWork, reports: Reports, days: DayReports) -> None:
        self._units = units
        self._reports = reports
        self._days = days

    async def file(
        self,
        watcher: Agent,
        query: ReportQuery,
        kind: ExportFormat,
        words: ReportWords,
        *,
        why: ExportWhy,
    ) -> AsyncGenerator[bytes]:
        """Yield a report as a file, in chunks; it is recorded before the first.

        Raises ``NotAllowedError``, and ``InvalidInputError`` without a reason.
        """
        check_role(watcher)
        why = why.checked()
        (since, until), group = query.days, query.group.value
        if query.view is ReportView.DAYS:
            since, group = until, ReportView.DAYS.value
            found = await self._days.agent_days(watcher, query)
            rows, count = words.days(until, found), len(found)
        else:
            report = await self._reports.report(watcher, query)
            rows, count = words.rows(report), len(report.rows)
        details = {'format': kind.value, 'group': group, 'rows': count, **why.details}
        days = {'since': since.isoformat(), 'until': until.isoformat()}
        async with self._units.begin() as work:
            work.record(
                watcher, AuditAction.REPORT_EXPORTED, reason=why.words, details={**details, **days}
            )
        stream = sheets.csv_stream if kind is ExportFormat.CSV else sheets.xlsx_stream
        async with aclosing(stream(_once(rows))) as parts:
            async for part in parts:
                yield part


async def _once(rows: Rows) -> AsyncIterator[Rows]:
    yield rows
