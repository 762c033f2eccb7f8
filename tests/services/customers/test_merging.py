"""Two records become one: previewed, undone within a day, and right whatever happens at the same time."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from desk import clock
from desk.errors import ConflictError, DeskError, InvalidInputError, NotFoundError
from models import Agent, Customer, CustomerStatus, RiskLevel
from services.calls.callbacks import NewCallback
from services.chats.events import ChatChanged, chat_topic
from services.customers.duplicates import DuplicateReason
from services.customers.events import CustomerPart, customer_topic
from services.customers.fields import CustomerEdit, phones_of
from services.customers.merge_plan import Side
from services.customers.merging import Merged
from services.customers.records import MergedAwayError
from services.customers.timeline import TimelineKind
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


async def merged(
    services: Services, agent: Agent, kept: Customer, other: Customer, **choice: Side
) -> Merged:
    """Merge two records as they are now."""
    preview = await services.customer_merging.preview(agent, kept.id, other.id, choice=choice)
    return await services.customer_merging.merge(
        agent, kept.id, other.id, versions=preview.versions, choice=choice
    )


async def edited(services: Services, agent: Agent, customer: Customer, **changes: object) -> None:
    """Change a record as it is now."""
    now = await services.customer_records.customer(agent, customer.id)
    change = CustomerEdit.model_validate({'version': now.version, **changes})
    await services.customer_records.edit(agent, customer.id, change)


async def test_preview_says_what_comes_together_and_changes_nothing(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    kept = await make.customer(phone='01011112222', memo='단골', risk_level=RiskLevel.HIGH)
    other = await make.customer(
        phone='01033334444',
        other_phones=['01011112222'],
        email='min@example.com',
        memo='오후 통화',
        status=CustomerStatus.BLOCKED,
        attributes={'회원 등급': '골드'},
    )
    await make.chat(customer_id=other.id)
    await make.call(customer_id=other.id)
    await services.customer_notes.add(agent, other.id, '환불 처리함')

    preview = await services.customer_merging.preview(agent, kept.id, other.id)

    assert (preview.chats, preview.calls, preview.notes) == (1, 1, 1)
    assert {one.field: one.result for one in preview.fields} == {
        'name': '이민준',
        'phones': ['01011112222', '01033334444'],
        'email': 'min@example.com',
        'customer_type': 'individual',
        'status': 'blocked',
        'call_permission': 'service',
        'risk_level': 'high',
        'memo': '단골\n오후 통화',
        'attributes.회원 등급': '골드',
    }
    assert (await services.customer_records.customer(agent, other.id)).id == other.id


async def test_chosen_side_wins_field_by_field(services: Services, make: Make) -> None:
    agent = await make.agent()
    kept, other = await make.customer(name='이민준'), await make.customer(name='(주)민준상사')

    done = await merged(services, agent, kept, other, name=Side.MERGED)

    assert done.customer.name == '(주)민준상사'
    with pytest.raises(InvalidInputError, match=r'merge\.choice'):
        await services.customer_merging.preview(
            agent, kept.id, (await make.customer()).id, choice={'name': Side.BOTH}
        )


async def test_contacts_and_notes_follow_and_the_merged_record_leads_to_the_kept_one(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    kept, other = await make.customer(), await make.customer(name='이민중', phone='01033334444')
    chat = await make.chat(agent=agent, customer_id=other.id)
    await make.call(customer_id=other.id)
    await services.customer_notes.add(agent, other.id, '환불 처리함')
    cards = (
        listen(another_desk, chat_topic(chat.id)),
        listen(another_desk, customer_topic(other.id)),
    )

    await merged(services, agent, kept, other)

    now = await services.customer_records.customer(agent, other.id)
    assert (now.id, now.total_chats, now.total_calls) == (kept.id, 1, 1)
    timeline = await services.customer_timeline.page(agent, other.id)
    assert {one.kind for one in timeline.entries} == set(TimelineKind)
    assert await services.customer_search.search(agent, '이민중') == []
    [found] = await services.phone_lookup.customers('01033334444')
    assert found.id == kept.id
    await until(lambda: bool(cards[0].events and cards[1].events))
    assert [one.chat.customer_id for one in cards[0].of(ChatChanged)] == [kept.id]
    assert [getattr(one, 'part', None) for one in cards[1].events][-1] is CustomerPart.MERGED


async def test_merged_record_takes_no_edit_and_no_chat(services: Services, make: Make) -> None:
    agent = await make.agent()
    kept, other = await make.customer(), await make.customer()
    chat = await make.chat(agent=agent)
    await merged(services, agent, kept, other)

    with pytest.raises(MergedAwayError) as refused:
        await edited_as(services, agent, other)
    with pytest.raises(MergedAwayError):
        await services.customers.link(agent, chat.id, other.id)

    assert refused.value.kept_id == kept.id


async def edited_as(services: Services, agent: Agent, customer: Customer) -> None:
    """Edit a record from a form that was opened before."""
    edit = CustomerEdit(version=customer.version, memo='급함')
    await services.customer_records.edit(agent, customer.id, edit)


async def test_undo_puts_back_what_moved_and_leaves_what_came_since(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    kept = await make.customer(phone='01011112222', email=None)
    other = await make.customer(phone='01033334444', email='min@example.com')
    moved = await make.chat(customer_id=other.id)
    await services.customer_notes.add(agent, other.id, '예전 메모')
    done = await merged(services, agent, kept, other)
    later = await make.chat(customer_id=kept.id)
    await services.customer_notes.add(agent, kept.id, '새 메모')
    await edited(services, agent, kept, memo='합친 뒤에 적음')

    undone = await services.customer_merging.undo(agent, done.merge.id)

    assert undone.left == ()
    assert (phones_of(undone.kept), undone.kept.email) == (['01011112222'], None)
    assert undone.kept.memo == '합친 뒤에 적음'
    assert (undone.kept.total_chats, undone.merged.total_chats) == (1, 1)
    chats = {customer.id: await contents(services, agent, customer) for customer in (kept, other)}
    assert chats == {
        kept.id: {str(later.id), '새 메모'},
        other.id: {str(moved.id), '예전 메모'},
    }
    [hit] = await services.customer_search.search(agent, '01033334444')
    assert hit.customer.id == other.id


async def contents(services: Services, agent: Agent, customer: Customer) -> set[str]:
    """What stands in a timeline: chats by id, notes by text."""
    kinds = {TimelineKind.CHAT, TimelineKind.NOTE}
    page = await services.customer_timeline.page(agent, customer.id, kinds=kinds)
    return {one.note.text if one.note else str(one.id) for one in page.entries}


async def test_call_backs_follow_a_merge_and_go_back_with_its_undo(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    kept, other = await make.customer(), await make.customer(phone='01033334444')
    since = clock.now()

    async def promised(customer: Customer) -> UUID:
        wish = NewCallback(
            customer_id=customer.id, slot_from=since, slot_to=since + timedelta(hours=1)
        )
        return (await services.callbacks.promise(agent, wish)).id

    async def owners() -> dict[UUID, UUID | None]:
        return {one.id: one.customer_id for one in await services.callbacks.waiting(agent)}

    moved, own = await promised(other), await promised(kept)
    done = await merged(services, agent, kept, other)
    assert await owners() == {moved: kept.id, own: kept.id}
    later = await promised(kept)

    await services.customer_merging.undo(agent, done.merge.id)

    assert await owners() == {moved: other.id, own: kept.id, later: kept.id}


async def test_undo_keeps_edits_made_since_and_says_which(services: Services, make: Make) -> None:
    agent = await make.agent()
    kept = await make.customer(phone='01011112222', email=None, memo='단골')
    other = await make.customer(phone='01033334444', email='min@example.com', memo='통화')
    done = await merged(services, agent, kept, other)
    await edited(
        services,
        agent,
        kept,
        memo='새로 적음',
        phones=['01011112222', '01033334444', '01055556666'],
    )

    undone = await services.customer_merging.undo(agent, done.merge.id)

    assert [(one.field, one.before, one.now) for one in undone.left] == [
        ('memo', '단골', '새로 적음')
    ]
    assert phones_of(undone.kept) == ['01011112222', '01055556666']
    assert undone.kept.email is None


async def test_chain_of_merges_leads_to_its_end_and_is_undone_from_there(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    first, second, third = [await make.customer() for _ in range(3)]
    await make.chat(customer_id=first.id)
    early = await merged(services, agent, second, first)
    late = await merged(services, agent, third, second)

    assert (await services.customer_records.customer(agent, first.id)).id == third.id
    with pytest.raises(ConflictError, match=r'merge\.later_first'):
        await services.customer_merging.undo(agent, early.merge.id)
    await services.customer_merging.undo(agent, late.merge.id)
    assert (await services.customer_records.customer(agent, first.id)).id == second.id
    undone = await services.customer_merging.undo(agent, early.merge.id)
    assert (undone.merged.id, undone.merged.total_chats) == (first.id, 1)


async def test_undo_ends_after_a_day_and_works_once(services: Services, make: Make) -> None:
    agent = await make.agent()
    kept, other = await make.customer(), await make.customer()
    done = await merged(services, agent, kept, other)

    with clock.moved(timedelta(hours=25)), pytest.raises(ConflictError, match=r'merge\.too_late'):
        await services.customer_merging.undo(agent, done.merge.id)
    await services.customer_merging.undo(agent, done.merge.id)
    with pytest.raises(ConflictError, match=r'merge\.undone'):
        await services.customer_merging.undo(agent, done.merge.id)
    with pytest.raises(NotFoundError, match=r'merge\.not_found'):
        await services.customer_merging.undo(agent, uuid4())


async def test_record_that_changed_after_the_preview_is_not_merged(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    kept, other = await make.customer(), await make.customer()
    preview = await services.customer_merging.preview(agent, kept.id, other.id)
    await edited(services, agent, other, memo='그사이에')

    with pytest.raises(ConflictError, match=r'merge\.changed'):
        await services.customer_merging.merge(agent, kept.id, other.id, versions=preview.versions)
    with pytest.raises(InvalidInputError, match=r'merge\.same'):
        await services.customer_merging.preview(agent, kept.id, kept.id)


async def test_of_many_merges_of_the_same_records_one_wins(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    one, other = await make.customer(), await make.customer()
    for owner in (one, other):
        await make.chat(customer_id=owner.id)

    answers = await asyncio.gather(
        *(
            desk.customer_merging.merge(agent, *pair, versions=(0, 0))
            for desk in (services, another_desk)
            for pair in ((one.id, other.id), (other.id, one.id)) * 2
        ),
        return_exceptions=True,
    )

    assert len([one for one in answers if isinstance(one, Merged)]) == 1
    assert all(isinstance(one, Merged | ConflictError) for one in answers)
    kept = await services.customer_records.customer(agent, one.id)
    assert kept.total_chats == 2


async def test_chats_that_are_linked_and_ended_meanwhile_are_never_lost(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    for _ in range(5):
        kept, other = await make.customer(), await make.customer()
        chats = [await make.chat(agent=agent) for _ in range(4)]
        await services.customers.link(agent, chats[0].id, other.id)

        await asyncio.gather(
            services.customer_merging.merge(agent, kept.id, other.id, versions=(0, 0)),
            *(another_desk.customers.link(agent, chat.id, other.id) for chat in chats[1:]),
            *(another_desk.chats.end(agent, chat.id) for chat in chats),
            return_exceptions=True,
        )

        linked = [(await services.chats.chat(agent, chat.id)).customer_id for chat in chats]
        assert linked[0] == kept.id
        assert set(linked) <= {kept.id, None}
        now = await services.customer_records.customer(agent, kept.id)
        assert now.total_chats == linked.count(kept.id)


async def test_likely_duplicates_are_suggested_with_reasons(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await make.customer(
        name='김철수', phone='01012345678', other_phones=['0311112222'], email='kim@example.com'
    )
    by_phone = await make.customer(name='김철수', phone='0311112222')
    by_email = await make.customer(name='김 대리', phone='01077778888', email='KIM@example.com')
    by_slip = await make.customer(name='김 철수', phone='01012345687')
    await make.customer(name='김철수', phone='01055556666')
    await make.customer(name='박영희', phone='01012345679')

    suggested = await services.customer_duplicates.suggestions(agent, customer.id)

    assert [(one.customer.id, one.reasons) for one in suggested] == [
        (by_phone.id, (DuplicateReason.SAME_PHONE, DuplicateReason.SAME_NAME)),
        (by_slip.id, (DuplicateReason.SAME_NAME, DuplicateReason.NEAR_PHONE)),
        (by_email.id, (DuplicateReason.SAME_EMAIL,)),
    ]
    await merged(services, agent, customer, by_phone)
    left = await services.customer_duplicates.suggestions(agent, by_phone.id)
    assert [one.customer.id for one in left] == [by_slip.id, by_email.id]


async def test_what_cannot_be_merged_is_said(services: Services, make: Make) -> None:
    agent, kept = await make.agent(), await make.customer()

    with pytest.raises(DeskError, match=r'customer\.not_found'):
        await services.customer_merging.preview(agent, kept.id, uuid4())
