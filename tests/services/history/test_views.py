"""Filters under a name: made, renamed, overwritten, deleted; everybody's are their own."""

import asyncio
from uuid import UUID

import pytest

from desk.errors import ConflictError, DeskError, InvalidInputError, NotFoundError
from services.history.filter import EVERYTHING, Channel, HistoryFilter, Period, parse
from services.history.views import MAX_VIEWS
from services.registry import Services
from tests.support.make import Make

WANTED = HistoryFilter(
    period=Period.WEEK, text='배송 지연', category_id=UUID(int=7), needs_follow_up=True
)


async def test_view_keeps_a_filter_under_a_name(services: Services, make: Make) -> None:
    agent = await make.agent()

    await services.history_views.create(agent, '  지연 문의 ', WANTED)
    await services.history_views.create(agent, '가나다', EVERYTHING)

    views = await services.history_views.views(agent)
    assert [view.name for view in views] == ['가나다', '지연 문의']
    assert [parse(view.query).filter for view in views] == [EVERYTHING, WANTED]


async def test_view_is_renamed_overwritten_and_deleted(services: Services, make: Make) -> None:
    agent = await make.agent()
    view = await services.history_views.create(agent, '지연', WANTED)
    calls = HistoryFilter(channel=Channel.CALL)

    await services.history_views.rename(agent, view.id, '통화')
    await services.history_views.rename(agent, view.id, '통화')  # its own name is free
    await services.history_views.overwrite(agent, view.id, calls)

    [kept] = await services.history_views.views(agent)
    assert (kept.name, parse(kept.query).filter) == ('통화', calls)
    await services.history_views.delete(agent, view.id)
    await services.history_views.delete(agent, view.id)
    assert await services.history_views.views(agent) == []


async def test_views_of_others_are_not_there(services: Services, make: Make) -> None:
    agent, boss = await make.agent(), await make.supervisor()
    view = await services.history_views.create(agent, '지연', WANTED)

    assert await services.history_views.views(boss) == []
    with pytest.raises(NotFoundError):
        await services.history_views.rename(boss, view.id, '남의 것')
    with pytest.raises(NotFoundError):
        await services.history_views.overwrite(boss, view.id, EVERYTHING)
    await services.history_views.delete(boss, view.id)
    [kept] = await services.history_views.views(agent)
    assert (kept.name, kept.query) == ('지연', WANTED.query)
    await services.history_views.create(boss, '지연', WANTED)  # the name is everybody's own


async def test_names_are_had_once_and_are_names(services: Services, make: Make) -> None:
    agent = await make.agent()
    await services.history_views.create(agent, '지연', WANTED)
    other = await services.history_views.create(agent, '통화', WANTED)

    with pytest.raises(ConflictError, match='view_taken'):
        await services.history_views.create(agent, '지연', WANTED)
    with pytest.raises(ConflictError, match='view_taken'):
        await services.history_views.rename(agent, other.id, '지연')
    for name in ('', ' \x00', '가' * 61):
        with pytest.raises(InvalidInputError):
            await services.history_views.create(agent, name, WANTED)
    long = HistoryFilter(text='가' * 100, department='나' * 60)
    with pytest.raises(InvalidInputError, match='filter_long'):
        await services.history_views.create(agent, '긴 것', long)


async def test_there_are_never_more_than_thirty(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    for number in range(MAX_VIEWS - 1):
        await services.history_views.create(agent, f'{number}', WANTED)

    desks = (services, another_desk) * 2
    made = await asyncio.gather(
        *(desk.history_views.create(agent, f'더 {n}', WANTED) for n, desk in enumerate(desks)),
        return_exceptions=True,
    )

    assert len([one for one in made if isinstance(one, DeskError)]) == len(desks) - 1
    assert len(await services.history_views.views(agent)) == MAX_VIEWS
