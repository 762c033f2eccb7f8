"""Transcripts as answers: PDF or plain text, saved under a name without personal data."""

import asyncio
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from desk import clock
from models import Sender
from pages.locale import language_of, text
from pages.parts.transcript.paper import Paper
from services.pdf import document
from services.transcripts.conversation import Conversation

MOST_AT_ONCE = 2
"""Documents that this process sets at once; others wait their turn."""


class TranscriptFormat(StrEnum):
    """The format of a transcript."""

    PDF = 'pdf'
    TEXT = 'txt'


TYPES = {TranscriptFormat.PDF: 'application/pdf', TranscriptFormat.TEXT: 'text/plain'}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        'description': 'The transcript, to be saved',
        'content': {
            'application/pdf': {'schema': {'type': 'string', 'format': 'binary'}},
            'text/plain': {'schema': {'type': 'string'}, 'example': '상담 대화 내용\r\n'},
        },
    }
}


class TranscriptAnswers:
    """Makes the answers; one of each process, because it bounds how many are made at once."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def answer(
        self, request: Request, told: Conversation, own: Sender, kind: TranscriptFormat
    ) -> Response:
        """Return a conversation as a file, in the reader's language. Raises ``ConflictError`` for one too long for a PDF."""
        language = language_of(request)
        paper = Paper(told, own, language)
        if kind is TranscriptFormat.TEXT:
            content = await asyncio.to_thread(paper.plain)
        else:
            wanted = await asyncio.to_thread(paper.document)
            async with self._turns:
                content = await document.pdf(wanted)
        started = f'{told.started_at.astimezone(clock.SEOUL):%Y%m%d-%H%M}.{kind.value}'
        name = quote(f'{text(language, "상담 대화 내용")}-{started}')
        return Response(
            content,
            media_type=TYPES[kind],
            headers={
                'Content-Disposition': f'attachment; filename="chat-{started}"; filename*=UTF-8\'\'{name}',
                'Cache-Control': 'no-store',
                'X-Content-Type-Options': 'nosniff',
            },
        )
