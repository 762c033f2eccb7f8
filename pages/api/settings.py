"""``/settings``: what is set while the desk runs, by the rules of the screen: versioned, listed, taken back."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field

from desk.errors import InvalidInputError
from models import SettingKind
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Number, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.registry import Services
from services.settings.stored import Change, Stored, Subject

QUEUE_ID = '3c9e1f1e-3c55-4c1d-9a53-0d2a4f1f3d77'
VALUES = {
    'greeting_ko': '안녕하세요, 무엇을 도와드릴까요?',
    'greeting_en': 'Hello, how can we help?',
}
SETTING_EXAMPLE: dict[str, Any] = {
    'kind': 'texts',
    'subject_id': QUEUE_ID,
    'version': 3,
    'by_name': '정하늘',
    'values': VALUES,
}
SUBJECT_EXAMPLE: dict[str, Any] = {'kind': 'texts', 'subject_id': QUEUE_ID, 'name': '주문·배송'}
CHANGE_EXAMPLE: dict[str, Any] = {
    'id': '8d2f6a2e-0c1b-4c55-9f0a-1e5b7c9d3f21',
    'at': '2026-11-02T01:30:00Z',
    'by_name': '정하늘',
    'before': {'greeting_ko': '안녕하세요'},
    'after': {'greeting_ko': VALUES['greeting_ko']},
    'can_be_taken_back': True,
}
MAX_FIELDS = 60
MAX_FIELD_CHARS = 20_000
"""The longest list of sites or days; each kind has limits of its own below it."""
Typed = Annotated[Text, Field(max_length=MAX_FIELD_CHARS)]


class SubjectItem(BaseModel):
    """One setting: its kind, and what it belongs to. ``subject_id`` is all zeros for the whole desk."""

    model_config = shown_as(SUBJECT_EXAMPLE)

    kind: SettingKind
    subject_id: UUID
    name: str

    @classmethod
    def of(cls, kind: SettingKind, subject: Subject) -> Self:
        """Return one as the API shows it."""
        return cls(kind=kind, subject_id=subject.id, name=subject.name)


class SubjectItems(BaseModel):
    """The settings that the person may read and change."""

    model_config = shown_as({'items': [SUBJECT_EXAMPLE]})

    items: list[SubjectItem]


class SettingItem(BaseModel):
    """A setting as it is now: its fields as people type them, and who made this version."""

    model_config = shown_as(SETTING_EXAMPLE)

    kind: SettingKind
    subject_id: UUID
    version: int
    by_name: str
    values: dict[str, str]

    @classmethod
    def of(cls, kind: SettingKind, subject_id: UUID, stored: Stored) -> Self:
        """Return one as the API shows it."""
        return cls(
            kind=kind, subject_id=subject_id, version=stored.version, by_name=stored.by_name,
            values=dict(stored.values),
        )  # fmt: skip


class SettingEdit(BaseModel):
    """Fields to change, as people type them; 409 with the current state when it was changed since ``version``."""

    model_config = shown_as({'version': 0, 'values': {'alerts': '90'}})

    version: Number
    values: dict[Typed, Typed] = Field(min_length=1, max_length=MAX_FIELDS)


class NewSetting(BaseModel):
    """A setting to add: its fields, as people type them.

    A category (상담 분류) has ``name``, ``name_en``, ``parent_id`` and ``queue_id`` (none: of every queue), a reason (이석 사유)
    ``name`` and ``name_en``, a limit (알림 기준) ``kind``, ``most``, ``queue_id`` and, for states of agents, ``status``.
    """

    model_config = shown_as({'values': {'name': '면담', 'name_en': 'Talk'}})

    values: dict[Typed, Typed] = Field(min_length=1, max_length=MAX_FIELDS)


class ChangeItem(BaseModel):
    """One change: its fields before and after, and whether they still have the values that it gave them."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [CHANGE_EXAMPLE]}
    )

    id: UUID
    at: datetime
    by_name: str
    before: dict[str, str]
    after: dict[str, str]
    can_be_taken_back: bool

    @classmethod
    def of(cls, change: Change) -> Self:
        """Return one as the API shows it."""
        return cls.model_validate(change)


class ChangeItems(BaseModel):
    """The last changes of a setting, newest first."""

    model_config = shown_as({'items': [CHANGE_EXAMPLE]})

    items: list[ChangeItem]


class TakenBack(BaseModel):
    """The version of the setting that the earlier values have now."""

    model_config = shown_as({'version': 4})

    version: int


def router(services: Services) -> APIRouter:
    """Serve the settings to supervisors and administrators."""
    api = APIRouter(
        prefix='/settings',
        tags=['settings'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 429),
    )
    settings = SettingOperations(services)
    found, changed = refusals(404, 422), refusals(404, 409, 413, 422)
    add = api.add_api_route
    add('', settings.all, summary='All settings (설정) that you may change')
    add(
        '/{kind}',
        settings.add,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Add a category, a reason or a limit',
        responses=refusals(404, 409, 413, 422),
    )
    add('/{kind}/{subject_id}', settings.one, summary='One setting', responses=found)
    add(
        '/{kind}/{subject_id}',
        settings.edit,
        methods=['PATCH'],
        summary='Change a setting',
        responses=changed,
    )
    add(
        '/{kind}/{subject_id}/changes',
        settings.changes,
        summary='Who changed a setting, from what to what',
        responses=found,
    )
    add(
        '/changes/{change_id}/take-back',
        settings.take_back,
        methods=['POST'],
        summary='Take a change back',
        responses=changed,
    )
    return api


class SettingOperations:
    """The operations of ``/settings``, one method each."""

    def __init__(self, services: Services) -> None:
        self._settings = services.desk_settings

    async def all(self, staff: SignedIn) -> SubjectItems:
        """List the settings that you may change: all for administrators, those of their queues for supervisors."""
        found = await self._settings.subjects(staff.agent)
        return SubjectItems(items=[SubjectItem.of(kind, subject) for kind, subject in found])

    async def add(self, staff: SignedIn, kind: SettingKind, new: NewSetting) -> SettingItem:
        """Add a setting of a kind that has many. It is taken out of use by an edit, and never deleted."""
        subject_id = await self._settings.add(staff.agent, kind, new.values)
        return await self.one(staff, kind, subject_id)

    async def one(self, staff: SignedIn, kind: SettingKind, subject_id: UUID) -> SettingItem:
        """Return a setting as it is now."""
        stored = await self._settings.stored(staff.agent, kind, subject_id)
        return SettingItem.of(kind, subject_id, stored)

    async def edit(
        self, staff: SignedIn, kind: SettingKind, subject_id: UUID, change: SettingEdit
    ) -> SettingItem:
        """Change fields of a setting; open pages follow within a second."""
        known = await self._settings.stored(staff.agent, kind, subject_id)
        if unknown := sorted(change.values.keys() - known.values.keys()):
            raise InvalidInputError('settings.unknown_field', name=unknown[0][:50])
        await self._settings.edit(
            staff.agent, kind, subject_id, change.values, version=change.version
        )
        return await self.one(staff, kind, subject_id)

    async def changes(self, staff: SignedIn, kind: SettingKind, subject_id: UUID) -> ChangeItems:
        """List the last changes of a setting."""
        found = await self._settings.changes(staff.agent, kind, subject_id)
        return ChangeItems(items=[ChangeItem.of(one) for one in found])

    async def take_back(self, staff: SignedIn, change_id: UUID) -> TakenBack:
        """Give the fields of a change their earlier values; 409 when one of them was changed again since."""
        return TakenBack(version=(await self._settings.take_back(staff.agent, change_id)).version)
