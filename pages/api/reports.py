"""``/reports``: the figures of any period by group, as the reports screen shows them, for supervisors' programs."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from desk.errors import InvalidInputError
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.locale import language_of, text
from pages.parts.reports import sheet as report_sheet
from pages.web.principals import SignedIn
from services.history.exports import ExportFormat
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import (
    MAX_DEPARTMENT_CHARS,
    Grouping,
    ReportPeriod,
    ReportQuery,
    ReportView,
    read_query,
)
from services.reports.reports import Numbers, Report, ReportRow

ASKS, ASKS_SECONDS = 60, 60.0
"""Reports that one session may ask for in 60 s."""
FIGURE_EXAMPLE: dict[str, Any] = {'value': 83.3, 'contacts': 12}
ROW_EXAMPLE: dict[str, Any] = {
    'key': '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77',
    'name': '주문·배송',
    'figures': {'answered': {'value': 10, 'contacts': 10}, 'service_level': FIGURE_EXAMPLE},
}
REPORT_EXAMPLE: dict[str, Any] = {
    'since': '2026-11-01',
    'until': '2026-11-30',
    'group': 'queue',
    'definitions': [1],
    'computed_at': '2026-11-30T05:00:00Z',
    'waiting': 0,
    'total': {'answered': {'value': 10, 'contacts': 10}, 'service_level': FIGURE_EXAMPLE},
    'rows': [ROW_EXAMPLE],
}
ANSWER = sheet_files.answer('The file', '대기열,인입(건),응대(건)\r\n전체,12,10\r\n')


class FigureItem(BaseModel):
    """A figure: contacts, percent, seconds or points, null without anything to divide by; and how many contacts make it."""

    model_config = shown_as(FIGURE_EXAMPLE)

    value: float | None
    contacts: int


class ReportRowItem(BaseModel):
    """One row; ``key`` is an id, a day, an hour or a channel, null for contacts without one."""

    model_config = shown_as(ROW_EXAMPLE)

    key: str | None
    name: str
    figures: dict[Figure, FigureItem]

    @classmethod
    def of(cls, row: ReportRow) -> Self:
        """Return a row as the API shows it."""
        key = None if row.key is None else str(row.key)
        return cls(key=key, name=row.name, figures=_figures(row.numbers))


class ReportItem(BaseModel):
    """One report; ``waiting`` contacts are not counted yet, 0 but after an upgrade."""

    model_config = shown_as(REPORT_EXAMPLE)

    since: date
    until: date
    group: Grouping
    definitions: list[int]
    computed_at: datetime
    waiting: int
    total: dict[Figure, FigureItem]
    rows: list[ReportRowItem]

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return a report as the API shows it."""
        return cls(
            since=report.since,
            until=report.until,
            group=report.query.group,
            definitions=list(report.versions),
            computed_at=report.computed_at,
            waiting=report.waiting,
            total=_figures(report.total),
            rows=[ReportRowItem.of(row) for row in report.rows],
        )


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """The choice of a report; the query string of the reports screen's address works unchanged."""

    query: ReportQuery

    @classmethod
    async def asked(  # noqa: PLR0913, PLR0917 - each is a name in the address
        cls,
        request: Request,
        period: ReportPeriod | None = None,
        since: Annotated[
            date | None, Query(alias='from', description='first day, in Seoul')
        ] = None,
        until: Annotated[date | None, Query(alias='to', description='last day, in Seoul')] = None,
        group: Grouping = Grouping.QUEUE,
        department: Annotated[Text | None, Query(max_length=MAX_DEPARTMENT_CHARS)] = None,
        view: Annotated[
            ReportView, Query(description="of an export: `days` is the agents' last day")
        ] = ReportView.TABLE,
        figure: Annotated[Figure, Query(description='of the heat map')] = Figure.ARRIVED,
    ) -> Self:
        """Read the choice from a query. Raises ``InvalidInputError`` for a value that cannot be used."""
        del period, since, until, group, department, view, figure  # documented
        query, ignored = read_query(request.query_params)
        if ignored:
            raise InvalidInputError('history.filter', fields=', '.join(ignored))
        return cls(query)


Chosen = Annotated[ReportChoice, Depends(ReportChoice.asked)]


def router(services: Services) -> APIRouter:
    """Serve the reports to supervisors and administrators."""
    api = APIRouter(
        prefix='/reports',
        tags=['reports'],
        dependencies=[rate_limit(limit=ASKS, seconds=ASKS_SECONDS)],
        responses=refusals(401, 403, 422, 429),
    )
    reports = ReportOperations(services)
    api.add_api_route('', reports.report, summary='Figures of any period')
    api.add_api_route(
        '/export',
        reports.export,
        summary='Take a report out',
        response_class=StreamingResponse,
        responses={200: ANSWER},
    )
    return api


class ReportOperations:
    """The operations of ``/reports``, one method each."""

    def __init__(self, services: Services) -> None:
        self._reports = services.reports
        self._exports = services.report_exports

    async def report(self, staff: SignedIn, chosen: Chosen) -> ReportItem:
        """Return the figures of a period by group; without any period those of today."""
        return ReportItem.of(await self._reports.report(staff.agent, chosen.query))

    async def export(
        self,
        request: Request,
        staff: SignedIn,
        chosen: Chosen,
        why: sheet_files.AskedWhy,
        kind: Annotated[ExportFormat, Query(alias='format')] = ExportFormat.CSV,
    ) -> StreamingResponse:
        """Stream a report as a file. That it was taken stands in the audit log."""
        language = language_of(request)
        words = report_sheet.words(language)
        parts = self._exports.file(staff.agent, chosen.query, kind, words, why=why)
        first = await anext(parts)  # an error up to here still gets a status
        days = '-'.join(one.strftime('%Y%m%d') for one in chosen.query.days)
        name = quote(f'{text(language, "보고서")}-{days}.{kind.value}')
        headers = {
            'Content-Disposition': f'attachment; filename="report-{days}.{kind.value}"; filename*=UTF-8\'\'{name}'
        }
        return StreamingResponse(
            sheet_files.chained(first, parts), media_type=sheet_files.TYPES[kind], headers=headers
        )


def _figures(numbers: Numbers) -> dict[Figure, FigureItem]:
    return {
        one: FigureItem(value=numbers.value(one), contacts=numbers.count(one)) for one in Figure
    }
