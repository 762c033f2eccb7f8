"""``/chat/sessions/{id}/files``: files in chats, sent and read by agents. The sender makes a file's id: it is its message's."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pages.api import file_bodies
from pages.api.rate_limit import rate_limit
from pages.api.shapes import MAX_NUMBER, Line, Number, Text, refusals
from pages.web.principals import SignedIn
from services.files.files import FileUpload
from services.registry import Services

MAX_GIVEN_CHARS = 1_000


def router(services: Services) -> APIRouter:
    """Serve the files of the chats that a signed-in person may see."""
    api = APIRouter(
        prefix='/chat/sessions/{session_id}/files',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    files = ChatFiles(services)
    api.add_api_route(
        '/{file_id}',
        files.send,
        methods=['PUT'],
        summary='Send a file',
        responses=refusals(409, 413, 502),
        openapi_extra=file_bodies.BODY,
    )
    api.add_api_route(
        '/{file_id}/canned/{canned_id}',
        files.send_canned,
        methods=['PUT'],
        summary="Send a canned reply's file",
        responses=refusals(409, 413, 502),
    )
    api.add_api_route(
        '/{file_id}',
        files.read,
        summary='Read a file',
        response_class=Response,
        responses=file_bodies.ANSWER | refusals(502),
    )
    api.add_api_route(
        '/{file_id}/preview',
        files.preview,
        summary='Preview of a picture',
        response_class=Response,
        responses=file_bodies.PREVIEW_ANSWER | refusals(502),
    )
    return api


class ChatFiles:
    """The operations, one method each."""

    def __init__(self, services: Services) -> None:
        self._files, self._canned = services.files, services.canned_files

    async def send(
        self,
        request: Request,
        staff: SignedIn,
        session_id: UUID,
        file_id: UUID,
        name: Annotated[Text, Query(max_length=MAX_GIVEN_CHARS)] = '',
        seen: Annotated[Number, Query(description='as in a message')] = MAX_NUMBER,
    ) -> Line:
        """Send a file and return its message; the same ``file_id`` again is the same message."""
        upload = FileUpload(id=file_id, chat_id=session_id, name=name, seen=seen)
        return Line.model_validate(await self._files.send(staff.agent, upload, request.stream()))

    async def send_canned(
        self,
        staff: SignedIn,
        session_id: UUID,
        file_id: UUID,
        canned_id: UUID,
        seen: Annotated[Number, Query(description='as in a message')] = MAX_NUMBER,
    ) -> Line:
        """Send a copy of a canned reply's file; the same ``file_id`` again is the same message."""
        upload = FileUpload(id=file_id, chat_id=session_id, name='', seen=seen)
        return Line.model_validate(await self._canned.send(staff.agent, upload, canned_id))

    async def read(
        self,
        staff: SignedIn,
        session_id: UUID,
        file_id: UUID,
        *,
        shown: file_bodies.Shown = False,
    ) -> Response:
        """Return a file of a chat that the person may see."""
        file = await self._files.read(staff.agent, session_id, file_id)
        return file_bodies.answer(file, is_shown=shown)

    async def preview(self, staff: SignedIn, session_id: UUID, file_id: UUID) -> Response:
        """Return the preview of a picture in a chat that the person may see; 404 for other files."""
        return file_bodies.preview(await self._files.preview(staff.agent, session_id, file_id))
