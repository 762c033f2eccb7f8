"""``GET /customers/{customer_id}/file``: everything about a customer (열람), as PDF or JSON, streamed and never stored."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from desk import clock
from models import Agent
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.locale import language_of
from pages.parts.customers import file_words
from pages.web.principals import SignedIn
from services.disclosure.as_json import json_parts
from services.disclosure.as_pdf import PdfFile
from services.disclosure.files import CustomerFile, FileFormat, FileReason
from services.registry import Services
from services.text.reasons import MAX_WHY_CHARS

STARTS_LIMIT, STARTS_SECONDS = 10, 60.0
"""Files that one session may start in 60 s: each may set hundreds of pages."""
PDF, ZIP, JSON = 'application/pdf', 'application/zip', 'application/json'
ANSWER = {
    'description': 'The file; a ZIP of PDF volumes where one would have over some 400 pages',
    'content': {PDF: {}, ZIP: {}, JSON: {'example': {'customer': 'C-0000001', 'records': []}}},
}


def router(services: Services) -> APIRouter:
    """Serve customers' files to supervisors and administrators."""
    routes = APIRouter(
        tags=['customers'], dependencies=[rate_limit(limit=STARTS_LIMIT, seconds=STARTS_SECONDS)]
    )

    @routes.get(
        '/customers/{customer_id}/file',
        summary='Everything about a customer, for the customer (열람)',
        response_class=StreamingResponse,
        responses={200: ANSWER, **refusals(401, 403, 404, 409, 422, 429)},
    )
    async def file(
        request: Request,
        staff: SignedIn,
        customer_id: UUID,
        kind: Annotated[FileFormat, Query(alias='format')] = FileFormat.PDF,
        reason: Annotated[FileReason | None, Query(description='required')] = None,
        why: Annotated[
            str, Query(max_length=MAX_WHY_CHARS, description='in words, required for `other`')
        ] = '',
    ) -> StreamingResponse:
        """Stream the record, its versions, chats, calls, call-backs and notes, and who had access. Recorded in the audit log."""
        asked = _Asked(language_of(request), staff.agent)
        running = services.customer_files.running(staff.agent, customer_id, kind, reason, why)
        parts = asked.parts(running, kind)
        first = await anext(parts)  # an error up to here still gets a status
        return StreamingResponse(
            sheet_files.chained(first, parts), media_type=asked.media_type, headers=asked.headers
        )

    return routes


class _Asked:
    """One requested file; its type and name are known with its first part."""

    def __init__(self, request_language: str, agent: Agent) -> None:
        self._language = request_language
        self._agent = agent
        self.media_type = PDF
        self._name = ''

    @property
    def headers(self) -> dict[str, str]:
        """Return the download's headers; the name holds the customer's number, not their name."""
        endings = {PDF: 'pdf', ZIP: 'zip', JSON: 'json'}
        name = f'{self._name}.{endings[self.media_type]}'
        return {
            'Content-Disposition': f'attachment; filename="{name}"',
            'Cache-Control': 'no-store',
            'X-Accel-Buffering': 'no',
        }

    async def parts(
        self, running: AbstractAsyncContextManager[CustomerFile], kind: FileFormat
    ) -> AsyncGenerator[bytes]:
        """Yield the file in parts."""
        async with running as file:
            day = f'{clock.now().astimezone(clock.SEOUL):%Y%m%d}'
            self._name = f'{file.scope.customer.code}-{day}'
            make = self._json if kind is FileFormat.JSON else self._pdf
            async with aclosing(make(file)) as parts:
                async for part in parts:
                    yield part

    async def _json(self, file: CustomerFile) -> AsyncGenerator[bytes]:
        self.media_type = JSON
        async with aclosing(json_parts(file, clock.now().isoformat())) as parts:
            async for part in parts:
                yield part

    async def _pdf(self, file: CustomerFile) -> AsyncGenerator[bytes]:
        pdf = PdfFile(file, file_words.words(self._language, file.scope, self._agent))
        async with aclosing(pdf.parts()) as parts:
            async for part in parts:
                self.media_type = ZIP if pdf.is_many else PDF
                yield part
