"""The routes of files that an owner keeps: a customer, or a canned reply."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from fastapi import APIRouter, Response, status

from pages.api.file_bodies import ANSWER, BODY, PREVIEW_ANSWER
from pages.api.shapes import refusals


class KeptFileOperations(Protocol):
    """What is done with the files of an owner, a customer or a canned reply: one method for each route."""

    @property
    def all(self) -> Callable[..., Awaitable[object]]:
        """Lists them."""

    @property
    def add(self) -> Callable[..., Awaitable[object]]:
        """Adds one."""

    @property
    def read(self) -> Callable[..., Awaitable[Response]]:
        """Returns one."""

    @property
    def preview(self) -> Callable[..., Awaitable[Response]]:
        """Returns a picture's preview."""

    @property
    def remove(self) -> Callable[..., Awaitable[None]]:
        """Deletes one."""


def add_file_routes(
    api: APIRouter, files: KeptFileOperations, *, add_refusals: Sequence[int] = ()
) -> None:
    """Serve the files of an owner; ``add_refusals`` are statuses with which adding one may be refused beside the usual ones."""
    one = '/{file_id}'
    api.add_api_route('', files.all, summary='List the files')
    api.add_api_route(
        one,
        files.add,
        methods=['PUT'],
        summary='Add a file',
        responses=refusals(*add_refusals, 409, 413, 502),
        openapi_extra=BODY,
    )
    api.add_api_route(
        one,
        files.read,
        summary='Read a file',
        response_class=Response,
        responses=ANSWER | refusals(409, 502),
    )
    api.add_api_route(
        f'{one}/preview',
        files.preview,
        summary='Preview of a picture',
        response_class=Response,
        responses=PREVIEW_ANSWER | refusals(409, 502),
    )
    api.add_api_route(
        one,
        files.remove,
        methods=['DELETE'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary='Delete a file',
        responses=refusals(403),
    )
