"""``/reports/shifts``: the shift table for supervisors' programs: a day's shifts, one person's, and all as a file."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from desk import clock
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.locale import language_of
from pages.web.principals import SignedIn
from services.history.exports import ExportFormat
from services.registry import Services
from services.reports.shifts import (
    MOST_ACTIVITIES,
    MOST_DAYS,
    PlannedActivity,
    PlannedShift,
    ShiftPlan,
)

ACTIVITY_EXAMPLE: dict[str, Any] = {
    'code': 'meal',
    'begin': '2026-12-01T03:00:00Z',
    'until': '2026-12-01T04:00:00Z',
}
SHIFT_EXAMPLE: dict[str, Any] = {
    'agent_id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'name': '김미나',
    'day': '2026-12-01',
    'begin': '2026-12-01T00:00:00Z',
    'until': '2026-12-01T09:00:00Z',
    'activities': [ACTIVITY_EXAMPLE],
}
PLAN_EXAMPLE: dict[str, Any] = {
    'begin': '09:00',
    'until': '18:00',
    'activities': [{'code': 'meal', 'begin': '12:00', 'until': '13:00'}],
    'days': 5,
}
ANSWER = sheet_files.answer(
    'The file', '아이디,이름,날짜,근무 시작,근무 끝,활동\r\nmina,김미나,2026-12-01,09:00,18:00,식사 12:00-13:00\r\n'
)  # fmt: skip
DAYS = 28
Clock = Annotated[Text, Field(max_length=5)]


class ShiftActivity(BaseModel):
    """A part of a shift that is no work: an away reason's code."""

    model_config = shown_as(ACTIVITY_EXAMPLE)

    code: str
    begin: datetime
    until: datetime


class ShiftItem(BaseModel):
    """One person's shift; ``day`` is the one in Seoul on which it begins."""

    model_config = shown_as(SHIFT_EXAMPLE)

    agent_id: UUID
    name: str
    day: date
    begin: datetime
    until: datetime
    activities: list[ShiftActivity]

    @classmethod
    def of(cls, planned: PlannedShift) -> Self:
        """Return a shift as the API shows it."""
        shift = planned.shift
        return cls(
            agent_id=shift.agent_id,
            name=planned.name,
            day=shift.day,
            begin=shift.begin,
            until=shift.until,
            activities=[
                ShiftActivity(code=one['code'], begin=_utc(one['begin']), until=_utc(one['until']))
                for one in shift.activities
            ],
        )


class ShiftItems(BaseModel):
    """The shifts that begin on a day, the earliest first."""

    model_config = shown_as({'items': [SHIFT_EXAMPLE]})

    items: list[ShiftItem]


class ActivityPlan(BaseModel):
    """An activity as typed; times of day in Seoul."""

    code: Annotated[Text, Field(max_length=30)]
    begin: Clock
    until: Clock


class ShiftWish(BaseModel):
    """A shift as typed, for so many days in a row; times of day in Seoul, an earlier end is the next day's."""

    model_config = shown_as(PLAN_EXAMPLE)

    begin: Clock
    until: Clock
    activities: Annotated[list[ActivityPlan], Field(max_length=MOST_ACTIVITIES)] = []
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 1

    def plan_of(self, day: date) -> ShiftPlan:
        """Return the plan from a day on."""
        activities = [PlannedActivity(**one.model_dump()) for one in self.activities]
        return ShiftPlan(
            day=day, begin=self.begin, until=self.until, activities=activities, days=self.days
        )


def router(services: Services) -> APIRouter:
    """Serve the shift table."""
    api = APIRouter(
        prefix='/reports/shifts',
        tags=['reports'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 422, 429),
    )
    shifts = ShiftOperations(services)
    one, changed = '/{agent_id}/{day}', refusals(404, 413)
    api.add_api_route('', shifts.of_day, summary='The shifts of a day (근무표)')
    api.add_api_route(
        '/export',
        shifts.export,
        summary='The shifts of a period as a file',
        response_class=StreamingResponse,
        responses={200: ANSWER},
    )
    api.add_api_route(
        one,
        shifts.plan,
        methods=['PUT'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary="Plan a person's shift, in place of any that they had",
        responses=changed,
    )
    api.add_api_route(
        one,
        shifts.remove,
        methods=['DELETE'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary="Remove a person's shift",
        responses=changed,
    )
    return api


class ShiftOperations:
    """What ``/reports/shifts`` answers, an operation a method."""

    def __init__(self, services: Services) -> None:
        self._shifts, self._sheet = services.shifts, services.shift_sheet

    async def of_day(self, staff: SignedIn, day: date | None = None) -> ShiftItems:
        """List the shifts that begin on a day, today if none is named, of those whom the supervisor reaches."""
        found = await self._shifts.of_day(staff.agent, day or _today())
        return ShiftItems(items=[ShiftItem.of(one) for one in found])

    async def plan(self, staff: SignedIn, agent_id: UUID, day: date, wish: ShiftWish) -> Response:
        """Plan a shift, or the same one for some days in a row."""
        await self._shifts.plan(staff.agent, agent_id, wish.plan_of(day))
        return Response(status_code=status.HTTP_204_NO_CONTENT)

    async def remove(self, staff: SignedIn, agent_id: UUID, day: date) -> Response:
        """Remove a shift; none is no error."""
        await self._shifts.remove(staff.agent, agent_id, day)
        return Response(status_code=status.HTTP_204_NO_CONTENT)

    async def export(
        self,
        request: Request,
        staff: SignedIn,
        since: date | None = None,
        until: date | None = None,
        kind: Annotated[ExportFormat, Query(alias='format')] = ExportFormat.CSV,
    ) -> StreamingResponse:
        """Return the shifts of a period, by default of four weeks from today on; the file can be imported again."""
        since = since or _today()
        until = until or since + timedelta(days=DAYS - 1)
        parts = await self._sheet.export(
            staff.agent,
            since,
            until,
            is_xlsx=kind is ExportFormat.XLSX,
            language=language_of(request),
        )
        headers = {'Content-Disposition': f'attachment; filename="shifts-{since}.{kind.value}"'}
        return StreamingResponse(parts, media_type=sheet_files.TYPES[kind], headers=headers)


def _utc(stored: str) -> datetime:
    return datetime.fromisoformat(stored).astimezone(UTC)


def _today() -> date:
    return clock.now().astimezone(clock.SEOUL).date()
