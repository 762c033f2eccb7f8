"""A block ends what the desk does for its customer, however it came about: by a form, an imported sheet, a merge or an undo."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from desk import clock
from models import Agent, AuditAction, ChatStatus, Customer, CustomerStatus
from services.audit.filter import AuditFilter
from services.calls.callbacks import NewCallback
from services.customers.fields import CustomerEdit
from services.customers.importing.columns import Column
from services.customers.importing.files import ImportFile
from services.customers.importing.importing import Plan
from services.customers.merging import Merged
from services.registry import Services
from tests.support.make import Make

PHONE, OTHER = '01044443333', '01055556666'
Block = Callable[[Services, Make, Customer], Awaitable[None]]


@pytest.fixture
async def agent(make: Make) -> Agent:
    """Somebody who talks with the customer."""
    return await make.agent()


async def by_form(services: Services, make: Make, customer: Customer) -> None:
    edit = CustomerEdit(version=customer.version, status=CustomerStatus.BLOCKED)
    await services.customer_records.edit(await make.agent(), customer.id, edit)


async def by_restriction(services: Services, make: Make, customer: Customer) -> None:
    await services.restrictions.restrict(await make.supervisor(), customer.id, 3, '폭언')


async def by_sheet(services: Services, make: Make, customer: Customer) -> None:
    file = ImportFile()
    file.sheet.write_text(f'이름,전화,상태\n{customer.name},{customer.phone},차단\n')
    plan = Plan(columns=(Column.NAME, Column.PHONE, Column.STATUS), is_trial=False)
    report = await services.customer_import.run(await make.supervisor(), file, plan, lambda _: None)
    await file.close()
    assert report.changed == 1


async def by_merge(services: Services, make: Make, customer: Customer) -> None:
    blocked = await make.customer(phone=OTHER, status=CustomerStatus.BLOCKED)
    agent = await make.agent()
    preview = await services.customer_merging.preview(agent, customer.id, blocked.id)
    await services.customer_merging.merge(agent, customer.id, blocked.id, versions=preview.versions)


@pytest.mark.parametrize('block', [by_form, by_restriction, by_sheet, by_merge])
async def test_block_ends_open_chats_and_callbacks_whatever_set_it(
    services: Services, another_desk: Services, agent: Agent, make: Make, block: Block
) -> None:
    customer = await make.customer(phone=PHONE)
    linked = await make.chat(agent=agent, status=ChatStatus.ACTIVE, customer_id=customer.id)
    waiting = await make.chat(visitor_phone=PHONE)
    somebody = await make.chat(agent=agent, status=ChatStatus.ACTIVE, visitor_phone='01012121212')
    slot = clock.now() + timedelta(hours=2)
    wish = NewCallback(customer_id=customer.id, slot_from=slot, slot_to=slot + timedelta(hours=1))
    callback = await services.callbacks.promise(agent, wish)

    await block(another_desk, make, customer)
    cancelled = [await one.callbacks.cancel_of_blocked() for one in (services, another_desk)]

    chief = await make.supervisor()
    statuses = [
        (await services.chats.chat(chief, one.id)).status for one in (linked, waiting, somebody)
    ]
    assert statuses == [ChatStatus.CLOSED, ChatStatus.CLOSED, ChatStatus.ACTIVE]
    assert cancelled == [1, 0]
    closed = await services.callbacks.callback(agent, callback.id)
    assert closed.status.value == 'cancelled'


async def test_chats_that_a_killed_process_left_are_ended_once_by_any_other(
    services: Services, another_desk: Services, agent: Agent, make: Make
) -> None:
    customer = await make.customer(phone=PHONE)
    chat = await make.chat(agent=agent, status=ChatStatus.ACTIVE, customer_id=customer.id)
    await make.changed(customer, status=CustomerStatus.BLOCKED)

    ended = [await one.restrictions.end_left_chats() for one in (services, another_desk)]

    assert ended == [1, 0]
    assert (await services.chats.chat(agent, chat.id)).status is ChatStatus.CLOSED


async def test_restriction_keeps_its_end_through_a_merge_and_a_block_without_end_wins(
    services: Services, make: Make
) -> None:
    agent, chief = await make.agent(), await make.supervisor()
    kept, other = await make.customer(phone=PHONE), await make.customer(phone=OTHER)
    restricted = await services.restrictions.restrict(chief, other.id, 3, '폭언')

    preview = await services.customer_merging.preview(agent, kept.id, other.id)
    merged = await services.customer_merging.merge(
        agent, kept.id, other.id, versions=preview.versions
    )
    assert merged.customer.blocked_until == restricted.blocked_until

    third = await make.customer(phone='01077778888', status=CustomerStatus.BLOCKED)
    preview = await services.customer_merging.preview(agent, kept.id, third.id)
    merged = await services.customer_merging.merge(
        agent, kept.id, third.id, versions=preview.versions
    )
    assert merged.customer.blocked_until is None
    assert merged.customer.status is CustomerStatus.BLOCKED


async def joined(services: Services, agent: Agent, kept: Customer, other: Customer) -> Merged:
    """Merge two records as they are now."""
    preview = await services.customer_merging.preview(agent, kept.id, other.id)
    return await services.customer_merging.merge(
        agent, kept.id, other.id, versions=preview.versions
    )


@pytest.mark.parametrize('other_days', [30, None])
async def test_undone_merge_gives_a_restriction_its_own_end_and_reason_back(
    services: Services, make: Make, other_days: int | None
) -> None:
    agent, chief = await make.agent(), await make.supervisor()
    kept, other = await make.customer(phone=PHONE), await make.customer(phone=OTHER)
    restricted = await services.restrictions.restrict(chief, kept.id, 3, '거듭된 폭언')
    if other_days:
        await services.restrictions.restrict(chief, other.id, other_days, '협박')
    else:
        await make.changed(other, status=CustomerStatus.BLOCKED)
    merged = await joined(services, agent, kept, other)
    assert merged.customer.blocked_until != restricted.blocked_until

    undone = await services.customer_merging.undo(agent, merged.merge.id)

    assert undone.kept.status is CustomerStatus.BLOCKED
    assert undone.kept.blocked_until == restricted.blocked_until
    wanted = AuditFilter(action=AuditAction.CUSTOMER_RESTRICTED, subject_id=kept.id)
    [entry] = (await services.audit_log.newest(await make.admin(), wanted)).entries
    assert entry.reason == '거듭된 폭언'


async def test_undone_merge_leaves_a_restriction_that_was_set_since(
    services: Services, make: Make
) -> None:
    agent, chief = await make.agent(), await make.supervisor()
    kept, other = await make.customer(phone=PHONE), await make.customer(phone=OTHER)
    await services.restrictions.restrict(chief, other.id, 3, '폭언')
    merged = await joined(services, agent, kept, other)
    again = await services.restrictions.restrict(chief, kept.id, 30, '그 뒤의 협박')

    undone = await services.customer_merging.undo(agent, merged.merge.id)

    assert (undone.kept.status, undone.kept.blocked_until) == (
        CustomerStatus.BLOCKED, again.blocked_until,
    )  # fmt: skip
    assert [left.field for left in undone.left] == ['status']


async def test_restriction_of_a_merged_record_is_over_without_stopping_the_sweep(
    services: Services, make: Make
) -> None:
    agent, chief = await make.agent(), await make.supervisor()
    kept, other = await make.customer(phone=PHONE), await make.customer(phone=OTHER)
    third = await make.customer(phone='01077778888')
    for one in (other, third):
        await services.restrictions.restrict(chief, one.id, 1, '폭언')
    await joined(services, agent, kept, other)
    with clock.moved(timedelta(days=2)):
        released = await services.restrictions.release_due()

    assert set(released) == {kept.id, third.id}
