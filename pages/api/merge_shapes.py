"""Request and response bodies for merging customers."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from models import Customer as CustomerRow
from models import CustomerMerge
from pages.api.customer_shapes import (
    CUSTOMER_EXAMPLE,
    ENTRY_EXAMPLE,
    NOTE_EXAMPLE,
    Customer,
    Version,
)
from pages.api.shapes import Text, shown_as
from services.customers.duplicates import DuplicateReason, Suggestion
from services.customers.masks import masked_value
from services.customers.merge_plan import FieldPlan, Left, Side
from services.customers.merging import MergePreview, Undone, undo_until

PLAN_EXAMPLE: dict[str, Any] = {
    'field': 'name',
    'kept': '최유진',
    'merged': '최 유진',
    'side': 'kept',
    'result': '최유진',
}


class Duplicate(BaseModel):
    """A record that may be the same person, and the reasons."""

    customer: Customer
    reasons: list[DuplicateReason]

    @classmethod
    def of(cls, suggestion: Suggestion, *, is_whole: bool) -> Self:
        """Return a suggestion for a reader."""
        customer = Customer.of(suggestion.customer, is_whole=is_whole)
        return cls(customer=customer, reasons=list(suggestion.reasons))


class Duplicates(BaseModel):
    """The records that may be the same person, likeliest first."""

    model_config = shown_as(
        {'items': [{'customer': CUSTOMER_EXAMPLE, 'reasons': ['same_phone', 'same_name']}]}
    )

    items: list[Duplicate]


class MergeWish(BaseModel):
    """The record to merge into this one, and for chosen fields the record whose value is kept."""

    model_config = shown_as({'merged_id': NOTE_EXAMPLE['id'], 'choice': {'name': 'kept'}})

    merged_id: UUID
    choice: dict[Text, Side] = Field(default_factory=dict, max_length=100)


class MergeOrder(MergeWish):
    """A merge to perform: ``versions`` are those of the preview."""

    model_config = shown_as(
        {'merged_id': NOTE_EXAMPLE['id'], 'choice': {'name': 'kept'}, 'versions': [3, 0]}
    )

    versions: tuple[Version, Version]


class FieldOutcome(BaseModel):
    """One field of two records, and its value after the merge."""

    field: str
    kept: Any
    merged: Any
    side: Side
    result: Any

    @classmethod
    def of(cls, plan: FieldPlan, *, is_whole: bool) -> Self:
        """Return a field's outcome for a reader."""
        values = {'kept': plan.kept, 'merged': plan.merged, 'result': plan.result}
        if not is_whole:
            values = {name: masked_value(plan.field, value) for name, value in values.items()}
        return cls(**values, field=plan.field, side=plan.side)


class Preview(BaseModel):
    """The outcome of a merge: field by field, and how many chats, calls and notes would move."""

    model_config = shown_as(
        {'versions': [3, 0], 'fields': [PLAN_EXAMPLE], 'chats': 2, 'calls': 0, 'notes': 1}
    )

    versions: tuple[int, int]
    fields: list[FieldOutcome]
    chats: int
    calls: int
    notes: int

    @classmethod
    def of(cls, preview: MergePreview, *, is_whole: bool) -> Self:
        """Return a preview for a reader."""
        return cls(
            versions=preview.versions,
            fields=[FieldOutcome.of(one, is_whole=is_whole) for one in preview.fields],
            chats=preview.chats,
            calls=preview.calls,
            notes=preview.notes,
        )


class MergeDone(BaseModel):
    """A merge, and the time until which it can be undone."""

    model_config = shown_as(
        {
            'merge_id': ENTRY_EXAMPLE['id'],
            'undo_until': '2026-10-31T05:12:00Z',
            'customer': CUSTOMER_EXAMPLE,
        }
    )

    merge_id: UUID
    undo_until: datetime | None
    customer: Customer


class FieldLeft(BaseModel):
    """A field that was changed since the merge and so was not restored."""

    field: str
    before: Any
    now: Any

    @classmethod
    def of(cls, left: Left, *, is_whole: bool) -> Self:
        """Return a field for a reader."""
        values = {'before': left.before, 'now': left.now}
        if not is_whole:
            values = {name: masked_value(left.field, value) for name, value in values.items()}
        return cls(**values, field=left.field)


class MergeUndone(BaseModel):
    """Both records after an undone merge, and the fields that could not be restored."""

    model_config = shown_as({'kept': CUSTOMER_EXAMPLE, 'merged': CUSTOMER_EXAMPLE, 'left': []})

    kept: Customer
    merged: Customer
    left: list[FieldLeft]

    @classmethod
    def of(cls, undone: Undone, whole: set[UUID]) -> Self:
        """Return both records for a reader; ``whole`` names the customers whom the reader sees unmasked."""
        return cls(
            kept=Customer.of(undone.kept, is_whole=undone.kept.id in whole),
            merged=Customer.of(undone.merged, is_whole=undone.merged.id in whole),
            left=[FieldLeft.of(one, is_whole=undone.kept.id in whole) for one in undone.left],
        )


def merge_done(merge: CustomerMerge, customer: CustomerRow, *, is_whole: bool) -> MergeDone:
    """Return a merge for a reader."""
    shown = Customer.of(customer, is_whole=is_whole)
    return MergeDone(merge_id=merge.id, undo_until=undo_until(merge), customer=shown)
