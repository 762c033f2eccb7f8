"""``GET /history/export``: the history as a CSV or Excel file, streamed while it is read and never stored."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from desk import clock
from models import Agent
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.locale import language_of, text
from pages.parts.history import sheet as history_sheet
from pages.web.principals import SignedIn
from services.history import filter as history_filter
from services.history.exports import ExportFormat, Exports
from services.history.filter import HistoryFilter
from services.registry import Services
from services.work.export_reasons import ExportWhy

STARTS_LIMIT, STARTS_SECONDS = 20, 60.0
"""Exports that one session may start in 60 s: each takes a process and minutes of reading."""
ANSWER = sheet_files.answer(
    'The file; CSV begins at once, XLSX when all of it is read',
    '시작,채널,상태,고객,전화번호\r\n2026-11-03 14:05:09,채팅,종료,김민서,010-****-5678\r\n',
)


def router(services: Services) -> APIRouter:
    """Serve the export."""
    routes = APIRouter(
        tags=['history'], dependencies=[rate_limit(limit=STARTS_LIMIT, seconds=STARTS_SECONDS)]
    )

    @routes.get(
        '/history/export',
        summary='Take the history out',
        response_class=StreamingResponse,
        responses={200: ANSWER, **refusals(401, 409, 422, 429)},
    )
    async def export(
        request: Request,
        staff: SignedIn,
        why: sheet_files.AskedWhy,
        kind: Annotated[ExportFormat, Query(alias='format')] = ExportFormat.CSV,
        export_id: Annotated[
            UUID | None, Query(alias='export', description='to follow and to stop it by')
        ] = None,
    ) -> StreamingResponse:
        """Stream the contacts that the reader may see, phone numbers masked, for supervisors with private notes. The filters are those of ``GET /history``."""
        wanted = history_filter.read_filter(request.query_params).filter
        asked = _Asked(staff.agent, wanted, kind, why, export_id or uuid4(), language_of(request))
        parts = asked.parts(services.exports)
        first = await anext(parts)  # an error up to here still gets a status
        return StreamingResponse(
            sheet_files.chained(first, parts),
            media_type=sheet_files.TYPES[kind],
            headers=asked.headers,
        )

    return routes


class _Asked:
    """One requested export."""

    def __init__(
        self,
        agent: Agent,
        wanted: HistoryFilter,
        kind: ExportFormat,
        why: ExportWhy,
        export_id: UUID,
        language: str,
    ) -> None:
        self._agent = agent
        self._wanted = wanted
        self._kind = kind
        self._why = why
        self._id = export_id
        self._language = language

    @property
    def headers(self) -> dict[str, str]:
        """Return the download's headers: the file name carries the day and time in Seoul."""
        now = f'{clock.now().astimezone(clock.SEOUL):%Y%m%d-%H%M}.{self._kind.value}'
        name = quote(f'{text(self._language, "상담 이력")}-{now}')
        return {
            'Content-Disposition': f'attachment; filename="history-{now}"; filename*=UTF-8\'\'{name}',
            'X-Accel-Buffering': 'no',
        }

    async def parts(self, exports: Exports) -> AsyncGenerator[bytes]:
        """Yield the file in parts."""
        words = history_sheet.words(self._language, with_notes=self._agent.is_supervisor)
        running = exports.running(
            self._agent, self._wanted, self._kind, why=self._why, export_id=self._id
        )
        async with running as export, aclosing(export.file(words)) as parts:
            async for part in parts:
                yield part
