"""Reports under a name: for all supervisors, on the screen of who subscribed."""

import pytest

from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import AgentStatus
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import Grouping, ReportPeriod, ReportQuery, ReportView
from services.reports.saved import MAX_NAME_CHARS
from tests.support.make import Make

YESTERDAY = ReportQuery(
    period=ReportPeriod.YESTERDAY,
    group=Grouping.AGENT,
    view=ReportView.HEAT_TABLE,
    figure=Figure.RATING,
)
TODAY = ReportQuery(period=ReportPeriod.TODAY)


async def test_who_saves_a_report_gets_it_and_others_may_subscribe(
    services: Services, make: Make
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    other = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    await services.chats.take(agent, (await make.chat()).id)
    saved = await services.saved_reports.save(boss, ' 오늘  현황 ', TODAY)
    await services.saved_reports.save(other, '어제', YESTERDAY)

    await services.saved_reports.subscribe(other, saved.id, wanted=True)

    [(mine, report)] = await services.saved_reports.subscribed(boss)
    theirs = await services.saved_reports.subscribed(other)
    assert (mine.name, mine.query, mine.made_by) == ('오늘 현황', TODAY, boss.name)
    assert report.total.value(Figure.ANSWERED) == 1
    assert [one.name for one, _report in theirs] == ['어제', '오늘 현황']
    assert theirs[0][0].query == YESTERDAY  # its view too
    await services.saved_reports.subscribe(other, saved.id, wanted=False)
    assert len(await services.saved_reports.subscribed(other)) == 1
    assert [one.is_mine for one in await services.saved_reports.all(other)] == [True, False]


async def test_only_its_maker_and_administrators_delete_a_report(
    services: Services, make: Make
) -> None:
    boss, other, admin = await make.supervisor(), await make.supervisor(), await make.admin()
    first = await services.saved_reports.save(boss, '첫째', TODAY)
    second = await services.saved_reports.save(boss, '둘째', TODAY)

    with pytest.raises(NotAllowedError):
        await services.saved_reports.delete(other, first.id)
    await services.saved_reports.delete(boss, first.id)
    await services.saved_reports.delete(admin, second.id)
    await services.saved_reports.delete(admin, second.id)

    assert await services.saved_reports.all(boss) == []
    with pytest.raises(NotFoundError):
        await services.saved_reports.subscribe(other, first.id, wanted=True)


async def test_name_is_needed_and_its_own(services: Services, make: Make) -> None:
    boss, agent = await make.supervisor(), await make.agent()
    await services.saved_reports.save(boss, '주간', TODAY)

    for name, error in (
        ('주간', ConflictError),
        ('  ', InvalidInputError),
        ('가' * (MAX_NAME_CHARS + 1), InvalidInputError),
    ):
        with pytest.raises(error):
            await services.saved_reports.save(boss, name, TODAY)
    with pytest.raises(NotAllowedError):
        await services.saved_reports.all(agent)
