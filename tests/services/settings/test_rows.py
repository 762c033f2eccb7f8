"""상담 분류 and 이석 reasons as settings: added, moved, taken out of use, never deleted."""

import asyncio

import pytest

from desk.errors import FieldsRefusedError, NotAllowedError, NotFoundError
from models import Agent, AgentStatus, SettingKind
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from services.settings.category_tree import Place
from services.settings.stored import SettingChangedError
from tests.support.make import Make

CATEGORY, REASON = SettingKind.CATEGORY, SettingKind.AWAY_REASON


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin(department='관리')


async def names(services: Services, by: Agent) -> list[str]:
    nodes = await services.category_tree.nodes(by)
    return [f'{"-" * (one.depth - 1)}{one.row.name}' for one in nodes if not one.is_retired]


async def test_used_leaf_is_retired_and_its_contacts_keep_it(
    services: Services, make: Make, admin: Agent
) -> None:
    agent, queue = await make.agent(), await make.queue()
    leaf = await services.category_tree.add(admin, '배송', queue_id=queue.id)
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)
    await services.wrap_ups.finish(agent, chat.id, WrapUpText(category_id=leaf.id))

    await services.desk_settings.edit(admin, CATEGORY, leaf.id, {'is_retired': 'yes'}, version=1)

    assert await services.categories.leaves(queue.id) == []
    assert (await services.wrap_ups.view(agent, chat.id)).category_id == leaf.id
    retired, added = await services.desk_settings.changes(admin, CATEGORY, leaf.id)
    assert not added.can_be_taken_back  # it is out of use already
    await services.desk_settings.take_back(admin, retired.id)
    assert [one.id for one in await services.categories.leaves(queue.id)] == [leaf.id]


async def test_node_moves_among_its_siblings_and_below_others(
    services: Services, make: Make, admin: Agent
) -> None:
    tree, settings = services.category_tree, services.desk_settings
    queue = await make.queue()
    one, two, three = [await tree.add(admin, name, queue_id=queue.id) for name in '하둘셋']
    await tree.add(admin, '밑', parent_id=two.id)

    await tree.move(admin, three.id, -2)
    assert await names(services, admin) == ['셋', '하', '둘', '-밑']
    await tree.move(admin, three.id, -1)  # it is the first already
    assert await names(services, admin) == ['셋', '하', '둘', '-밑']
    version = (await settings.stored(admin, CATEGORY, two.id)).version
    await settings.edit(admin, CATEGORY, two.id, {'parent_id': str(one.id)}, version=version)

    assert await names(services, admin) == ['셋', '하', '-둘', '--밑']
    for node, parent in ((one, two), (two, two), (three, three)):
        version = (await settings.stored(admin, CATEGORY, node.id)).version
        with pytest.raises(FieldsRefusedError):  # never below itself
            await settings.edit(
                admin, CATEGORY, node.id, {'parent_id': str(parent.id)}, version=version
            )
    version = (await settings.stored(admin, CATEGORY, one.id)).version
    with pytest.raises(FieldsRefusedError):  # it would have four levels
        await settings.edit(admin, CATEGORY, one.id, {'parent_id': str(three.id)}, version=version)


async def test_dragged_node_stands_where_it_was_dropped(
    services: Services, another_desk: Services, make: Make, admin: Agent
) -> None:
    tree, queue = services.category_tree, await make.queue()
    one, two, three = [await tree.add(admin, name, queue_id=queue.id) for name in '하둘셋']
    below = await tree.add(admin, '밑', parent_id=two.id)
    others = await tree.add(admin, '남', queue_id=(await make.queue(name='결제')).id)
    found = []

    for node, other, where in (
        (three, one, Place.BEFORE),
        (one, three, Place.BELOW),
        (one, below, Place.AFTER),
        (below, two, Place.BEFORE),
        (one, one, Place.BELOW),
    ):
        await tree.place(admin, node.id, other.id, where)
        found.append([name for name in await names(services, admin) if name != '남'])
    for node, other, where in (
        (two, one, Place.BELOW),  # below itself
        (two, others, Place.BELOW),
    ):
        with pytest.raises(FieldsRefusedError):
            await tree.place(admin, node.id, other.id, where)
    with pytest.raises(NotAllowedError):
        await tree.place(await make.agent(), one.id, two.id, Place.AFTER)
    await asyncio.gather(
        tree.place(admin, three.id, below.id, Place.AFTER),
        another_desk.category_tree.place(admin, below.id, three.id, Place.AFTER),
        tree.move(admin, two.id, -1),
    )

    assert found == [
        ['셋', '하', '둘', '-밑'],
        ['셋', '-하', '둘', '-밑'],
        ['셋', '둘', '-밑', '-하'],
        ['셋', '밑', '둘', '-하'],
        ['셋', '밑', '둘', '-하'],
    ]
    assert {*await names(services, admin)} == {'셋', '밑', '둘', '-하', '남'}
    positions = [node.row.position for node in await tree.nodes(admin) if node.row.queue_id == queue.id and node.depth == 1]  # fmt: skip
    assert sorted(positions) == [1, 2, 3]


async def test_supervisors_shape_the_trees_of_their_department(
    services: Services, make: Make, admin: Agent
) -> None:
    supervisor, agent = await make.supervisor(), await make.agent()
    own, other = await make.queue(), await make.queue(name='결제', department='결제')
    theirs = await services.category_tree.add(admin, '남의 것', queue_id=other.id)
    everybodys = await services.category_tree.add(admin, '모두의 것')

    node = await services.category_tree.add(supervisor, '내 것', queue_id=own.id)

    assert await names(services, supervisor) == ['내 것']
    for refused in (theirs, everybodys):
        with pytest.raises(NotAllowedError):
            await services.desk_settings.edit(
                supervisor, CATEGORY, refused.id, {'name': '바꿈'}, version=1
            )
        with pytest.raises(NotAllowedError):
            await services.category_tree.move(supervisor, refused.id, 1)
    with pytest.raises(NotAllowedError):
        await services.category_tree.add(agent, '안 됨', queue_id=own.id)
    with pytest.raises(NotAllowedError):
        await services.category_tree.add(supervisor, '안 됨')
    with pytest.raises(FieldsRefusedError):  # a node of one queue stands below no other queue's
        await services.desk_settings.edit(
            supervisor, CATEGORY, node.id, {'parent_id': str(theirs.id)}, version=1
        )
    with pytest.raises(NotFoundError):
        await services.category_tree.add(supervisor, '안 됨', parent_id=own.id)


async def test_reason_is_added_chosen_and_taken_out_of_use(
    services: Services, make: Make, admin: Agent
) -> None:
    agent = await make.agent()
    reason = await services.away_reasons.add(admin, {'name': '면담', 'name_en': 'Talk'})

    changed = await services.agent_states.choose(agent.id, AgentStatus.AWAY, reason=reason.code)
    assert changed.reason_id == reason.id
    await services.desk_settings.edit(admin, REASON, reason.id, {'is_active': 'no'}, version=1)
    with pytest.raises(SettingChangedError):
        await services.desk_settings.edit(admin, REASON, reason.id, {'name': '다른'}, version=1)

    listed = {one.code: one for one in await services.away_reasons.all(admin)}
    assert not listed[reason.code].is_active
    for code in ('other', 'no_answer'):  # the desk itself sets these
        with pytest.raises(FieldsRefusedError):
            await services.desk_settings.edit(
                admin, REASON, listed[code].id, {'is_active': 'no'}, version=0
            )
    with pytest.raises(NotAllowedError):
        await services.away_reasons.add(await make.supervisor(), {'name': '안 됨', 'name_en': 'No'})
