"""An upload of one file. NiceGUI's own handler fails for a form without a file, and accepts a thousand files."""

from collections.abc import Awaitable, Callable

from nicegui import app, events, ui
from nicegui.elements.upload_files import FileUpload, create_file_upload
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.errors import DeskError, InvalidInputError, NotFoundError
from pages.web import refusals

MAX_FIELDS = 5
"""Fields beside the file; Quasar sends none."""


class SingleUpload(ui.upload):
    """Uploads one file at a time, as soon as it is chosen."""

    def __init__(
        self,
        *,
        most_bytes: int,
        on_upload: Callable[[events.UploadEventArguments], Awaitable[None] | None],
        on_rejected: Callable[[], None],
        on_begin: Callable[[], None] = lambda: None,
    ) -> None:
        """Draw the control. The browser refuses a file larger than ``most_bytes``; the gate refuses any larger body."""
        super().__init__(
            auto_upload=True,
            max_file_size=most_bytes,
            on_upload=on_upload,
            on_rejected=on_rejected,
        )
        self._begin = on_begin
        address = str(self.props['url'])
        app.remove_route(address)  # NiceGUI removes our route together with the element
        app.post(address, include_in_schema=False)(self._receive)

    async def _receive(self, request: Request) -> Response:
        try:
            if self.is_ignoring_events:
                raise NotFoundError('api.unknown_path')
            with self.parent_slot or self.client.layout:
                self._begin()
            file = await _file_of(request)
        except DeskError as error:
            return refusals.problem(request, error)
        await self.handle_uploads([file])
        return JSONResponse({'upload': 'success'})


async def _file_of(request: Request) -> FileUpload:
    """Return the form's file. Raises ``InvalidInputError`` for a body without one, or one that is not a form."""
    try:
        async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
            for value in form.values():
                if isinstance(value, UploadFile):
                    return await create_file_upload(value)
    except HTTPException as error:
        raise InvalidInputError('api.form') from error
    raise InvalidInputError('upload.no_file')
