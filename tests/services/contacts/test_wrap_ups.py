"""후처리: begun with the end of a contact, kept while it is typed, ended by its agent or by its limit."""

from uuid import uuid4

import pytest

from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from models import AgentStatus, SettingKind, WrapUpEnding
from services.contacts.categories import matching
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until


async def test_wrap_up_takes_a_place_until_it_is_done(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    await services.chats.end(agent, chat.id)
    [unfinished] = await services.wrap_ups.open_of(agent)
    assert unfinished.contact_id == chat.id
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AFTER_CONTACT
    done = await services.wrap_ups.finish(agent, chat.id)

    assert done.ending is WrapUpEnding.AGENT
    assert await services.wrap_ups.open_of(agent) == []
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_chat_that_its_customer_ended_is_wrapped_up_too(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    await services.visits.leave(chat.id)

    assert [one.contact_id for one in await services.wrap_ups.open_of(agent)] == [chat.id]


async def test_required_classification_is_asked_for(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.admin()
    queue = await make.queue(wrap_up_required=True)
    chat = await make.chat(agent=agent)
    leaf = await services.category_tree.add(supervisor, '배송', queue_id=queue.id)
    await services.chats.end(agent, chat.id)

    with pytest.raises(InvalidInputError):
        await services.wrap_ups.finish(agent, chat.id)
    done = await services.wrap_ups.finish(agent, chat.id, WrapUpText(category_id=leaf.id))

    assert done.category_id == leaf.id


async def test_only_leaves_of_the_own_queue_can_be_chosen(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.admin()
    queue = await make.queue()
    elsewhere = await make.queue(name='다른 문의', department='다른 부서')
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)
    branch = await services.category_tree.add(supervisor, '배송', queue_id=queue.id)
    await services.category_tree.add(supervisor, '지연', parent_id=branch.id, queue_id=queue.id)
    other = await services.category_tree.add(supervisor, '결제', queue_id=elsewhere.id)
    retired = await services.category_tree.add(supervisor, '옛 분류', queue_id=queue.id)
    await services.desk_settings.edit(
        supervisor, SettingKind.CATEGORY, retired.id, {'is_retired': 'yes'}, version=1
    )

    for refused in (branch.id, other.id, retired.id, uuid4()):
        with pytest.raises(InvalidInputError):
            await services.wrap_ups.save(agent, chat.id, WrapUpText(category_id=refused))


async def test_nobody_writes_in_a_colleagues_wrap_up(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)

    with pytest.raises(NotAllowedError):
        await services.wrap_ups.save(colleague, chat.id, WrapUpText(summary='몰래'))


async def test_what_was_written_elsewhere_meanwhile_is_not_overwritten(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    with pytest.raises(ConflictError, match=r'wrap_up\.not_begun'):
        await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='아직'))
    await services.chats.end(agent, chat.id)
    seen = (await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='하나'))).version
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='둘'))

    with pytest.raises(ConflictError, match=r'wrap_up\.changed'):
        await services.wrap_ups.finish(agent, chat.id, WrapUpText(summary='셋'), seen=seen)

    assert (await services.wrap_ups.view(agent, chat.id)).summary == '둘'


@pytest.mark.parametrize('typed', ['ㅌㅂㅅ', '택배', '배송>지연', ''])
async def test_classification_is_found_by_letters_and_initials(
    services: Services, make: Make, typed: str
) -> None:
    supervisor = await make.admin()
    queue = await make.queue()
    branch = await services.category_tree.add(supervisor, '배송', queue_id=queue.id)
    middle = await services.category_tree.add(
        supervisor, '지연', parent_id=branch.id, queue_id=queue.id
    )
    await services.category_tree.add(
        supervisor, '택배사 지연', parent_id=middle.id, queue_id=queue.id
    )

    [leaf] = matching(await services.categories.leaves(queue.id), typed)

    assert leaf.path == '배송 > 지연 > 택배사 지연'


async def test_tree_has_three_levels(services: Services, make: Make) -> None:
    supervisor = await make.admin()
    parent_id = None
    for name in ('하나', '둘', '셋'):
        parent_id = (await services.category_tree.add(supervisor, name, parent_id=parent_id)).id

    with pytest.raises(InvalidInputError):
        await services.category_tree.add(supervisor, '넷', parent_id=parent_id)


async def test_wrap_up_ends_by_itself_and_keeps_what_was_typed(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    await make.queue(name=DEPARTMENT, wrap_up_seconds=1)
    chat = await make.chat(agent=agent, lines=1)
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='반품 접수'))

    async def is_over() -> bool:
        await services.wrap_ups.end_overdue()
        wrap_up = await services.wrap_ups.of_contact(chat.id)
        return (
            wrap_up is not None and wrap_up.done_at is not None and wrap_up.summary == '반품 접수'
        )

    await until(is_over)
