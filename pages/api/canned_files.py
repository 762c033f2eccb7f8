"""``/canned-replies/{id}/files``: files of canned replies, sent in a chat by ``PUT /chat/sessions/{id}/files/{id}/canned/{id}``."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from pages.api import file_bodies
from pages.api.kept_file_routes import add_file_routes
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.registry import Services

MAX_GIVEN_CHARS = 1_000
EXAMPLE = {
    'id': '7c1f6a52-8f0b-4f0e-9c1d-2f6f5a1b7c11', 'name': '반품 안내.pdf', 'media_type': 'application/pdf', 'size_bytes': 48_213,
}  # fmt: skip


class CannedFileItem(BaseModel):
    """A file of a canned reply."""

    model_config = ConfigDict(from_attributes=True) | shown_as(EXAMPLE)

    id: UUID
    name: str
    media_type: str
    size_bytes: int


def router(services: Services) -> APIRouter:
    """Serve the files of canned replies to signed-in people."""
    api = APIRouter(
        prefix='/canned-replies/{reply_id}/files',
        tags=['canned replies'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    add_file_routes(api, CannedFileOperations(services), add_refusals=(403,))
    return api


class CannedFileOperations:
    """The operations, one method each."""

    def __init__(self, services: Services) -> None:
        self._files = services.canned_files

    async def all(self, staff: SignedIn, reply_id: UUID) -> Sequence[CannedFileItem]:
        """List the files of a reply that one may insert."""
        found = await self._files.all(staff.agent, reply_id)
        return [CannedFileItem.model_validate(one) for one in found]

    async def add(
        self,
        request: Request,
        staff: SignedIn,
        reply_id: UUID,
        file_id: UUID,
        name: Annotated[Text, Query(max_length=MAX_GIVEN_CHARS)] = '',
    ) -> CannedFileItem:
        """Add a file to a reply that one may change; the same ``file_id`` again is the same file."""
        added = await self._files.add(staff.agent, reply_id, file_id, name, request.stream())
        return CannedFileItem.model_validate(added)

    async def read(
        self, staff: SignedIn, reply_id: UUID, file_id: UUID, *, shown: file_bodies.Shown = False
    ) -> Response:
        """Return a file of a reply that one may insert."""
        file = await self._files.read(staff.agent, reply_id, file_id)
        return file_bodies.answer(file, is_shown=shown)

    async def preview(self, staff: SignedIn, reply_id: UUID, file_id: UUID) -> Response:
        """Return the preview of a picture; 404 for other files."""
        return file_bodies.preview(await self._files.preview(staff.agent, reply_id, file_id))

    async def remove(self, staff: SignedIn, reply_id: UUID, file_id: UUID) -> None:
        """Delete a file of a reply that one may change."""
        await self._files.remove(staff.agent, reply_id, file_id)
