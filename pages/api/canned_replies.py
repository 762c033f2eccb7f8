"""``/canned-replies``: the replies that a person may insert, for the desk's own reply box and for programs."""

import hashlib
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from desk import clock
from models import CannedReply, SettingKind
from models.canned_reply import MAX_CODE_CHARS, MAX_FOLDER_CHARS, MAX_TITLE_CHARS
from models.chat import MAX_MESSAGE_CHARS
from pages.api import sheet_files
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Number, Text, refusals, shown_as
from pages.locale import language_of
from pages.web.principals import SignedIn
from services.canned.replies import UsableReply
from services.history.exports import ExportFormat
from services.registry import Services
from services.settings.stored import Stored

EXPORTS, EXPORTS_SECONDS = 20, 60.0
FIELDS_EXAMPLE: dict[str, Any] = {
    'title': '배송 지연 안내',
    'body': '{고객명}님, 주문번호 {{주문번호}} 건은 내일 도착해요.',
    'code': '지연',
    'folder': '배송',
    'title_en': 'Late delivery',
    'body_en': '{customer}, your order {{order number}} arrives tomorrow.',
}
REPLY_EXAMPLE: dict[str, Any] = {
    'id': '5f0e4f7c-1f2f-4a35-8d7b-8a4c1e206b1f',
    **FIELDS_EXAMPLE,
    'department': '주문·배송',
    'is_own': False,
    'uses': 41,
    'own_uses': 3,
}
STORED_EXAMPLE: dict[str, Any] = {
    'id': REPLY_EXAMPLE['id'],
    'version': 2,
    **FIELDS_EXAMPLE,
    'is_active': True,
}
Title = Annotated[Text, Field(max_length=MAX_TITLE_CHARS)]
Body = Annotated[Text, Field(max_length=MAX_MESSAGE_CHARS)]
Code = Annotated[Text, Field(max_length=MAX_CODE_CHARS)]
Folder = Annotated[Text, Field(max_length=MAX_FOLDER_CHARS)]


class CannedFileName(BaseModel):
    """A file of a reply."""

    id: UUID
    name: str


class CannedItem(BaseModel):
    """A reply that the person may insert. ``{name}`` in its text is a variable, ``{{name}}`` a blank that is asked for."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={'examples': [REPLY_EXAMPLE]})

    id: UUID
    title: str
    title_en: str
    body: str
    body_en: str
    code: str
    folder: str
    department: str
    """Whose chats a shared reply is for; empty: everybody's."""
    is_own: bool
    uses: int
    own_uses: int
    files: list[CannedFileName] = []
    """Sent with it, unless its writer takes them out."""

    @classmethod
    def of(cls, one: UsableReply) -> 'CannedItem':
        """Return a reply as the API shows it."""
        is_own = one.row.owner_id is not None
        fields = one.row.model_dump(include={*cls.model_fields})
        files = [CannedFileName(id=file.id, name=file.name) for file in one.files]
        return CannedItem.model_construct(
            **fields, is_own=is_own, own_uses=one.own_uses, files=files
        )


class CannedItems(BaseModel):
    """Own and shared replies in use, the person's most used first."""

    model_config = shown_as({'items': [REPLY_EXAMPLE]})

    items: list[CannedItem]


class CannedFields(BaseModel):
    """The fields of a reply; a field that is not given stays, or is empty in a new reply."""

    title: Title | None = None
    body: Body | None = None
    code: Code | None = None
    folder: Folder | None = None
    title_en: Title | None = None
    body_en: Body | None = None

    def values_as_typed(self) -> dict[str, str]:
        """Return the given fields as text, as the form sends them."""
        given = self.model_dump(include={*CannedFields.model_fields}, exclude_none=True)
        return {name: str(value) for name, value in given.items()}


class NewCanned(CannedFields):
    """A reply to add: the person's own, or shared with a department (empty: with all)."""

    model_config = shown_as(FIELDS_EXAMPLE | {'is_shared': False})

    title: Title
    body: Body
    is_shared: bool = False
    department: Annotated[Text, Field(max_length=100)] = ''


class CannedChange(CannedFields):
    """Fields to change; 409 when the reply was changed since ``version``. ``is_active``: false takes it out of use."""

    model_config = shown_as({'version': 2, 'code': '지연'})

    version: Number
    is_active: bool | None = None


class StoredCanned(BaseModel):
    """A reply as it is kept, with its version."""

    model_config = shown_as(STORED_EXAMPLE)

    id: UUID
    version: int
    title: str
    title_en: str
    body: str
    body_en: str
    code: str
    folder: str
    is_active: bool

    @classmethod
    def of(cls, reply_id: UUID, stored: Stored) -> Self:
        """Return a reply as the API shows it."""
        fields: dict[str, Any] = dict(stored.values)
        fields['is_active'] = fields['is_active'] == 'yes'
        return cls(id=reply_id, version=stored.version, **fields)


def router(services: Services) -> APIRouter:
    """Serve canned replies."""
    api = APIRouter(
        prefix='/canned-replies',
        tags=['canned replies'],
        dependencies=[rate_limit()],
        responses=refusals(401, 429),
    )
    canned = CannedOperations(services)
    changed = refusals(403, 409, 413, 422)
    api.add_api_route(
        '',
        canned.all,
        summary='The replies that one may insert',
        response_model=CannedItems,
        responses={304: {'description': 'As it was at ``If-None-Match``'}},
    )
    api.add_api_route(
        '',
        canned.add,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Add a reply',
        responses=changed,
    )
    api.add_api_route(
        '/export',
        canned.export,
        summary='The replies as a file',
        response_class=StreamingResponse,
        responses={
            200: sheet_files.answer('The file', '공유,폴더,제목\r\n내 답변,인사,첫인사\r\n')
        },
        dependencies=[rate_limit(limit=EXPORTS, seconds=EXPORTS_SECONDS)],
    )
    one = '/{reply_id}'
    api.add_api_route(
        one, canned.stored, summary='One reply with its version', responses=refusals(403, 404)
    )
    api.add_api_route(
        one,
        canned.edit,
        methods=['PATCH'],
        summary='Change a reply',
        responses=changed | refusals(404),
    )
    api.add_api_route(
        f'{one}/uses',
        canned.used,
        methods=['POST'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary='Count that a reply was inserted',
        responses=refusals(404),
    )
    return api


class CannedOperations:
    """The operations of ``/canned-replies``, one method each."""

    def __init__(self, services: Services) -> None:
        self._canned = services.canned_replies
        self._sheet = services.canned_sheet
        self._settings = services.desk_settings

    async def all(
        self, staff: SignedIn, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """List own and shared replies in use. With the ``ETag`` of an earlier answer it is not sent again unchanged."""
        usable = await self._canned.usable(staff.agent)
        items = CannedItems.model_construct(items=[CannedItem.of(one) for one in usable])
        body = items.model_dump_json().encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {'ETag': tag}
        if if_none_match == tag:
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(body, media_type='application/json', headers=headers)

    async def export(
        self,
        request: Request,
        staff: SignedIn,
        kind: Annotated[ExportFormat, Query(alias='format')] = ExportFormat.CSV,
    ) -> StreamingResponse:
        """Return own and all shared replies, in use or not; headings in the reader's language."""
        parts = await self._sheet.export(
            staff.agent, is_xlsx=kind is ExportFormat.XLSX, language=language_of(request)
        )
        day = f'{clock.now().astimezone(clock.SEOUL):%Y%m%d-%H%M}'
        headers = {'Content-Disposition': f'attachment; filename="replies-{day}.{kind.value}"'}
        return StreamingResponse(parts, media_type=sheet_files.TYPES[kind], headers=headers)

    async def add(self, staff: SignedIn, new: NewCanned) -> StoredCanned:
        """Add an own reply, or, as a supervisor, one that is shared."""
        row: CannedReply = await self._canned.add(
            staff.agent, new.values_as_typed(), is_shared=new.is_shared, department=new.department
        )
        return await self.stored(staff, row.id)

    async def stored(self, staff: SignedIn, reply_id: UUID) -> StoredCanned:
        """Return a reply that the person may change."""
        stored = await self._settings.stored(staff.agent, SettingKind.CANNED_REPLY, reply_id)
        return StoredCanned.of(reply_id, stored)

    async def edit(self, staff: SignedIn, reply_id: UUID, change: CannedChange) -> StoredCanned:
        """Change fields of a reply."""
        values = change.values_as_typed()
        if change.is_active is not None:
            values['is_active'] = 'yes' if change.is_active else 'no'
        edited = await self._settings.edit(
            staff.agent, SettingKind.CANNED_REPLY, reply_id, values, version=change.version
        )
        return StoredCanned.of(reply_id, edited)

    async def used(self, staff: SignedIn, reply_id: UUID) -> None:
        """Count one use: replies that are used more come first."""
        await self._canned.used(staff.agent, reply_id)
