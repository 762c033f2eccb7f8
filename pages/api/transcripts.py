"""``GET /chat/sessions/{id}/transcript``: a conversation to take along, without private notes. Recorded in the audit log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from models import Sender
from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.api.transcript_files import ANSWER, TranscriptAnswers, TranscriptFormat
from pages.web.principals import SignedIn
from services.registry import Services

COPIES_LIMIT, COPIES_SECONDS = 20, 60.0
"""Copies that one session may take in 60 s: each may set a hundred pages."""


def router(services: Services) -> APIRouter:
    """Serve the transcripts of the chats that a signed-in person may see."""
    routes = APIRouter(
        tags=['chat'], dependencies=[rate_limit(limit=COPIES_LIMIT, seconds=COPIES_SECONDS)]
    )
    answers = TranscriptAnswers()

    @routes.get(
        '/chat/sessions/{session_id}/transcript',
        summary='The conversation as PDF or text',
        response_class=Response,
        responses=ANSWER | refusals(401, 404, 409, 422, 429),
    )
    async def transcript(
        request: Request,
        staff: SignedIn,
        session_id: UUID,
        kind: Annotated[TranscriptFormat, Query(alias='format')] = TranscriptFormat.PDF,
    ) -> Response:
        """Return all messages up to now as a file."""
        told = await services.transcripts.for_agent(staff.agent, session_id, kind.value)
        return await answers.answer(request, told, Sender.AGENT, kind)

    return routes
