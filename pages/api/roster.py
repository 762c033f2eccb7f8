"""``GET /agents/export``: everybody at the desk as a CSV or Excel file, which can be imported again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from desk import clock
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.locale import language_of
from pages.web.principals import SignedIn
from services.history.exports import ExportFormat
from services.registry import Services

STARTS_LIMIT, STARTS_SECONDS = 20, 60.0
ANSWER = sheet_files.answer(
    'The file', '아이디,성,이름,이메일\r\nmina,김,미나,mina@example.com\r\n'
)


def router(services: Services) -> APIRouter:
    """Serve the export to administrators."""
    routes = APIRouter(
        tags=['agents'], dependencies=[rate_limit(limit=STARTS_LIMIT, seconds=STARTS_SECONDS)]
    )

    @routes.get(
        '/agents/export',
        summary='Everybody as a file',
        response_class=StreamingResponse,
        responses={200: ANSWER, **refusals(401, 403, 422, 429)},
    )
    async def export(
        request: Request,
        staff: SignedIn,
        why: sheet_files.AskedWhy,
        kind: Annotated[ExportFormat, Query(alias='format')] = ExportFormat.CSV,
    ) -> StreamingResponse:
        """Return everybody with role, department, capacity and skills; headings in the reader's language."""
        parts = await services.roster.export(
            staff.agent,
            why=why,
            is_xlsx=kind is ExportFormat.XLSX,
            language=language_of(request),
        )
        day = f'{clock.now().astimezone(clock.SEOUL):%Y%m%d-%H%M}'
        headers = {'Content-Disposition': f'attachment; filename="people-{day}.{kind.value}"'}
        return StreamingResponse(parts, media_type=sheet_files.TYPES[kind], headers=headers)

    return routes
