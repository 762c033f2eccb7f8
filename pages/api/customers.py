"""``/customers``: customers on record, for programs. Paths are the guide's where it has them.

Every agent may find and edit every customer; a timeline holds only the chats and calls that the agent may see. A request
for a merged record is answered with the record it was merged into, under that record's ``id``.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from models import Agent
from models import Customer as CustomerRow
from pages.api import cursors
from pages.api import customer_shapes as shapes
from pages.api.customer_shapes import (
    Customer,
    CustomerPage,
    CustomerPatch,
    EditedCustomer,
    Erasure,
    NewCustomer,
    Note,
    NoteText,
    Reached,
    RevealOrder,
    Timeline,
    TimelineItem,
)
from pages.api.merge_shapes import (
    Duplicate,
    Duplicates,
    MergeDone,
    MergeOrder,
    MergeUndone,
    MergeWish,
    Preview,
    merge_done,
)
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals
from pages.web.principals import SignedIn
from services.customers import records as customer_records
from services.customers import timeline as customer_timeline
from services.customers.fields import CustomerFields
from services.customers.personal_data import REVEAL_SECONDS
from services.customers.timeline import EVERY_KIND, TimelineKind
from services.registry import Services

LATEST = 'customers'
"""Names the list without a query in its cursors: a cursor of another list does not continue it."""

Cursor = Annotated[str | None, Query(max_length=cursors.MAX_CURSOR_CHARS)]
Limit = Annotated[int, Query(ge=1, le=customer_records.MAX_PAGE)]


def router(services: Services) -> APIRouter:
    """Serve customers to signed-in people."""
    api = APIRouter(
        prefix='/customers',
        tags=['customers'],
        dependencies=[rate_limit()],
        responses=refusals(401, 422, 429),
    )
    _add_records(api, Records(services))
    _add_notes(api, Notes(services))
    _add_merging(api, MergeOperations(services))
    return api


def _add_records(api: APIRouter, records: 'Records') -> None:
    one, add = '/{customer_id}', api.add_api_route
    add('', records.customers, summary='Find customers, or list the latest contacts')
    add(
        '',
        records.create,
        methods=['POST'],
        status_code=201,
        summary='Put a customer on record',
        responses=refusals(413),
    )
    add(one, records.customer, summary='One customer', responses=refusals(404))
    add(
        one,
        records.edit,
        methods=['PATCH'],
        summary='Change a customer',
        responses=_clashes() | refusals(404, 413),
    )
    add(f'{one}/timeline', records.timeline, summary='What happened', responses=refusals(404))
    add(
        f'{one}/reveal',
        records.reveal,
        methods=['POST'],
        summary='See how to reach a customer (보기)',
        responses=refusals(404),
    )
    add(
        f'{one}/erase',
        records.erase,
        methods=['POST'],
        status_code=204,
        summary='Delete a customer on request',
        responses=refusals(403, 404, 409),
    )


def _add_notes(api: APIRouter, notes: 'Notes') -> None:
    many, add = '/{customer_id}/notes', api.add_api_route
    add(
        many,
        notes.add,
        methods=['POST'],
        status_code=201,
        summary='Write a note',
        responses=refusals(404, 409, 413),
    )
    add(
        f'{many}/{{note_id}}',
        notes.change,
        methods=['PATCH'],
        summary='Change an own note',
        responses=refusals(403, 404, 413),
    )
    add(
        f'{many}/{{note_id}}',
        notes.remove,
        methods=['DELETE'],
        status_code=204,
        summary='Remove an own note',
        responses=refusals(403, 404),
    )


def _add_merging(api: APIRouter, merging: 'MergeOperations') -> None:
    one, add, refused = '/{customer_id}', api.add_api_route, refusals(404, 409)
    add(
        f'{one}/duplicates',
        merging.duplicates,
        summary='Who may be the same',
        responses=refusals(404),
    )
    add(
        f'{one}/merges/preview',
        merging.preview,
        methods=['POST'],
        summary='What a merge would do',
        responses=refused,
    )
    add(
        f'{one}/merges',
        merging.merge,
        methods=['POST'],
        summary='Merge another customer into this one',
        responses=refused,
    )
    add(
        f'{one}/merges/{{merge_id}}/undo',
        merging.undo,
        methods=['POST'],
        summary='Undo a merge, within a day',
        responses=refused,
    )


def _clashes() -> dict[int | str, dict[str, Any]]:
    """Document the answer to a conflicting edit: each field as it was, as it is and as the writer wanted it."""
    answer = refusals(409)
    example = answer[409]['content']['application/problem+json']['example']
    example |= {
        'code': 'customer.edit_clash',
        'version': 4,
        'clashes': [{'field': 'memo', 'base': '', 'theirs': '오전', 'mine': '오후'}],
    }
    return answer


class _CustomerOperations:
    """Customers for a reader, masked where the reader may not see them whole."""

    def __init__(self, services: Services) -> None:
        self._personal_data = services.personal_data

    async def _sees(self, agent: Agent, *customer_ids: UUID) -> set[UUID]:
        return await self._personal_data.sees_whole(agent, *customer_ids)

    async def _shown(self, agent: Agent, row: CustomerRow) -> Customer:
        return Customer.of(row, is_whole=row.id in await self._sees(agent, row.id))

    async def _all_shown(self, agent: Agent, rows: list[CustomerRow]) -> list[Customer]:
        whole = await self._sees(agent, *(row.id for row in rows))
        return [Customer.of(row, is_whole=row.id in whole) for row in rows]


class Records(_CustomerOperations):
    """The operations on customers themselves."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._services = services
        self._records = services.customer_records

    async def customers(
        self,
        staff: SignedIn,
        query: Annotated[
            Text | None, Query(max_length=200, description='name, initials, number, e-mail, code')
        ] = None,
        limit: Limit = customer_records.PAGE,
        cursor: Cursor = None,
    ) -> CustomerPage:
        """Find customers, best match first; without a query list all, latest contact first."""
        if query is not None and query.strip():
            hits = await self._services.customer_search.search(staff.agent, query, limit=limit)
            found = await self._all_shown(staff.agent, [hit.customer for hit in hits])
            return CustomerPage(items=found, next=None)
        after = cursors.decoded(LATEST, cursor) if cursor else None
        page = await self._records.latest(staff.agent, after=after, limit=limit)
        return CustomerPage(
            items=await self._all_shown(staff.agent, page.customers),
            next=None if page.is_last else cursors.encoded(LATEST, page.place),
        )

    async def customer(self, staff: SignedIn, customer_id: UUID) -> Customer:
        """Return one customer."""
        row = await self._records.customer(staff.agent, customer_id)
        return await self._shown(staff.agent, row)

    async def create(self, staff: SignedIn, new: NewCustomer) -> Customer:
        """Create a customer; the same ``id`` again returns the customer it created."""
        fields = CustomerFields.model_validate(new.model_dump(exclude_unset=True, exclude={'id'}))
        row = await self._records.create(staff.agent, fields, customer_id=new.id)
        return await self._shown(staff.agent, row)

    async def edit(
        self, staff: SignedIn, customer_id: UUID, patch: CustomerPatch
    ) -> EditedCustomer:
        """Change the given fields. A colleague's change of other fields stays; of the same field: 409, and nothing changes."""
        edited = await self._records.edit(staff.agent, customer_id, patch)
        is_whole = customer_id in await self._sees(staff.agent, customer_id)
        return EditedCustomer.of(edited, is_whole=is_whole)

    async def timeline(
        self,
        staff: SignedIn,
        customer_id: UUID,
        kind: Annotated[list[TimelineKind] | None, Query(description='without it: all')] = None,
        limit: Limit = customer_timeline.PAGE,
        cursor: Cursor = None,
    ) -> Timeline:
        """Return chats, calls, notes and changes of the record, newest first."""
        kinds = frozenset(kind or EVERY_KIND)
        listing = f'timeline|{customer_id}|{",".join(sorted(kinds))}'
        page = await self._services.customer_timeline.page(
            staff.agent,
            customer_id,
            kinds=kinds,
            after=cursors.decoded(listing, cursor) if cursor else None,
            limit=limit,
        )
        is_whole = page.customer_id in await self._sees(staff.agent, page.customer_id)
        return Timeline(
            items=[TimelineItem.of(one, is_whole=is_whole) for one in page.entries],
            next=None if page.is_last else cursors.encoded(listing, page.place),
        )

    async def reveal(self, staff: SignedIn, customer_id: UUID, look: RevealOrder) -> Reached:
        """Return a customer's contact details unmasked; the reader and the reason are recorded."""
        reached = await self._personal_data.reveal(staff.agent, customer_id, look.reason, look.why)
        phones = [reached.phone, *reached.other_phones]
        return Reached(phones=phones, email=reached.email, seconds=REVEAL_SECONDS)

    async def erase(self, staff: SignedIn, customer_id: UUID, erasure: Erasure) -> None:
        """Delete a customer and all records merged into it. It cannot be undone. For supervisors and administrators."""
        await self._services.customer_erasure.erase(
            staff.agent, customer_id, erasure.reason, erasure.why
        )


class Notes:
    """Notes on customers."""

    def __init__(self, services: Services) -> None:
        self._notes = services.customer_notes

    async def add(self, staff: SignedIn, customer_id: UUID, note: NoteText) -> Note:
        """Write a note; the same ``id`` again returns the note it made."""
        written = await self._notes.add(staff.agent, customer_id, note.text, note_id=note.id)
        return shapes.note(written)

    async def change(
        self, staff: SignedIn, customer_id: UUID, note_id: UUID, note: NoteText
    ) -> Note:
        """Replace the text of one's own note."""
        del customer_id  # the note's row names its customer
        return shapes.note(await self._notes.change(staff.agent, note_id, note.text))

    async def remove(self, staff: SignedIn, customer_id: UUID, note_id: UUID) -> None:
        """Delete one's own note."""
        del customer_id  # the note's row names its customer
        await self._notes.remove(staff.agent, note_id)


class MergeOperations(_CustomerOperations):
    """The operations that merge two records of one person."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._duplicates = services.customer_duplicates
        self._merging = services.customer_merging

    async def duplicates(self, staff: SignedIn, customer_id: UUID) -> Duplicates:
        """Return the records that may be the same person, likeliest first, with the reasons."""
        found = await self._duplicates.suggestions(staff.agent, customer_id)
        whole = await self._sees(staff.agent, *(one.customer.id for one in found))
        return Duplicates(
            items=[Duplicate.of(one, is_whole=one.customer.id in whole) for one in found]
        )

    async def preview(self, staff: SignedIn, customer_id: UUID, wish: MergeWish) -> Preview:
        """Return the outcome that merging another customer into this one would have; nothing changes."""
        preview = await self._merging.preview(
            staff.agent, customer_id, wish.merged_id, choice=wish.choice
        )
        both = {customer_id, wish.merged_id}
        return Preview.of(preview, is_whole=await self._sees(staff.agent, *both) == both)

    async def merge(self, staff: SignedIn, customer_id: UUID, order: MergeOrder) -> MergeDone:
        """Merge another customer into this one; 409 when either record changed since the preview."""
        done = await self._merging.merge(
            staff.agent,
            customer_id,
            order.merged_id,
            versions=order.versions,
            choice=order.choice,
        )
        is_whole = customer_id in await self._sees(staff.agent, customer_id)
        return merge_done(done.merge, done.customer, is_whole=is_whole)

    async def undo(self, staff: SignedIn, customer_id: UUID, merge_id: UUID) -> MergeUndone:
        """Separate two merged records; ``left`` names the fields that were changed since the merge and stay."""
        del customer_id  # the merge's row names its customers
        undone = await self._merging.undo(staff.agent, merge_id)
        return MergeUndone.of(
            undone, await self._sees(staff.agent, undone.kept.id, undone.merged.id)
        )
