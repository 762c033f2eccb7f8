"""``/customers/{id}/files``: files on customers. The sender makes a file's id: sent again under it, it is the same file."""

from datetime import datetime
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
    'id': '5d0f6a52-8f0b-4f0e-9c1d-2f6f5a1b7c11', 'name': '계약서.pdf', 'media_type': 'application/pdf', 'size_bytes': 48_213,
    'at': '2026-11-03T05:05:09Z', 'by': '김서연', 'may_remove': True,
}  # fmt: skip


class CustomerFileItem(BaseModel):
    """A file on a customer."""

    model_config = ConfigDict(from_attributes=True) | shown_as(EXAMPLE)

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    at: datetime
    by: str
    may_remove: bool


def router(services: Services) -> APIRouter:
    """Serve the files on customers to signed-in people."""
    api = APIRouter(
        prefix='/customers/{customer_id}/files',
        tags=['customers'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    add_file_routes(api, CustomerAttachmentOperations(services))
    return api


class CustomerAttachmentOperations:
    """The operations, one method each."""

    def __init__(self, services: Services) -> None:
        self._files = services.customer_attachments

    async def all(self, staff: SignedIn, customer_id: UUID) -> list[CustomerFileItem]:
        """List the files, newest first."""
        found = await self._files.all(staff.agent, customer_id)
        return [CustomerFileItem.model_validate(one) for one in found]

    async def add(
        self,
        request: Request,
        staff: SignedIn,
        customer_id: UUID,
        file_id: UUID,
        name: Annotated[Text, Query(max_length=MAX_GIVEN_CHARS)] = '',
    ) -> CustomerFileItem:
        """Add a file; the same ``file_id`` again is the same file."""
        added = await self._files.add(staff.agent, customer_id, file_id, name, request.stream())
        return CustomerFileItem.model_validate(added)

    async def read(
        self,
        staff: SignedIn,
        customer_id: UUID,
        file_id: UUID,
        *,
        shown: file_bodies.Shown = False,
    ) -> Response:
        """Return a file. Recorded in the audit log."""
        file = await self._files.read(staff.agent, customer_id, file_id)
        return file_bodies.answer(file, is_shown=shown)

    async def preview(self, staff: SignedIn, customer_id: UUID, file_id: UUID) -> Response:
        """Return the preview of a picture; 404 for other files."""
        return file_bodies.preview(await self._files.preview(staff.agent, customer_id, file_id))

    async def remove(self, staff: SignedIn, customer_id: UUID, file_id: UUID) -> None:
        """Delete a file that one added oneself; supervisors: any."""
        await self._files.remove(staff.agent, customer_id, file_id)
