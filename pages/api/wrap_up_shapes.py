"""Request and response bodies of wrap-ups (후처리)."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from models import WrapUpEnding
from models.wrap_up import MAX_SUMMARY_CHARS
from pages.api.shapes import Number, Text, shown_as
from services.contacts.categories import CategoryPath
from services.contacts.wrap_up_view import WrapUpView
from services.contacts.wrap_ups import WrapUpText

WRAP_UP_EXAMPLE: dict[str, Any] = {
    'agent_id': '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'version': 3,
    'category_id': '5d0c1a7e-2c39-4f0e-8a56-6f1d3b9a7c20',
    'category': '배송 > 지연 > 택배사 지연',
    'category_en': 'Delivery > Delay > Carrier delay',
    'summary': '내일 도착 예정이라고 안내함',
    'needs_follow_up': False,
    'is_required': True,
    'begun_at': '2026-11-02T01:41:05Z',
    'limit_at': '2026-11-02T01:43:05Z',
    'left_at': None,
    'done_at': '2026-11-02T01:41:48Z',
    'ending': 'agent',
    'seconds': 43,
}
WRITTEN_EXAMPLE: dict[str, Any] = {
    'category_id': WRAP_UP_EXAMPLE['category_id'],
    'summary': WRAP_UP_EXAMPLE['summary'],
    'needs_follow_up': False,
    'version': 2,
}
CATEGORY_EXAMPLE: dict[str, Any] = {
    'id': WRAP_UP_EXAMPLE['category_id'],
    'path': WRAP_UP_EXAMPLE['category'],
    'path_en': WRAP_UP_EXAMPLE['category_en'],
    'is_retired': False,
}


class WrapUpItem(BaseModel):
    """The wrap-up of a contact. ``done_at`` is null while it is open; ``ending`` says how it was ended."""

    model_config = shown_as(WRAP_UP_EXAMPLE)

    agent_id: UUID
    version: int
    category_id: UUID | None
    category: str
    category_en: str
    summary: str
    needs_follow_up: bool
    is_required: bool
    begun_at: datetime
    limit_at: datetime | None
    left_at: datetime | None = Field(
        description='since when its agent works here no more: any other of the queue may take it (`…/take`)'
    )
    done_at: datetime | None
    ending: WrapUpEnding | None
    seconds: int | None = Field(description='how long it took; none while it is open')

    @classmethod
    def of(cls, view: WrapUpView) -> Self:
        """Return a wrap-up as the API shows it."""
        names = cls.model_fields.keys() - {'seconds'}
        length = view.length
        return cls(
            **{name: getattr(view, name) for name in names},
            seconds=int(length.total_seconds()) if length is not None else None,
        )


class Written(BaseModel):
    """All fields of a wrap-up.

    ``version`` is the one that the writer read; 409 when the wrap-up was changed since. Without it nothing is refused.
    """

    model_config = shown_as(WRITTEN_EXAMPLE)

    category_id: UUID | None = None
    summary: Text = Field(default='', max_length=MAX_SUMMARY_CHARS)
    needs_follow_up: bool = False
    version: Number | None = None

    @property
    def text(self) -> WrapUpText:
        """Return the values to store."""
        return WrapUpText(
            category_id=self.category_id,
            summary=self.summary,
            needs_follow_up=self.needs_follow_up,
        )


class Category(BaseModel):
    """One 상담 분류 with the names above it; a retired one can be filtered by, not chosen."""

    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={'examples': [CATEGORY_EXAMPLE]}
    )

    id: UUID
    path: str
    path_en: str
    is_retired: bool


class CategoryList(BaseModel):
    """상담 분류, in the order of their tree."""

    model_config = shown_as({'items': [CATEGORY_EXAMPLE]})

    items: list[Category]

    @classmethod
    def of(cls, paths: list[CategoryPath]) -> Self:
        """Return categories as the API shows them."""
        return cls(items=[Category.model_validate(one) for one in paths])
