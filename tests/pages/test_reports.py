"""The reports without a browser: every number opens as many as it says, and the address is the report."""

import asyncio
import re

import pytest
from nicegui import ui
from nicegui.elements.upload_files import SmallFileUpload
from nicegui.testing import User

from models import Agent, AgentStatus, QueueMode
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece
from pages.parts.kit.sheet_upload import SheetUpload
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import Grouping, ReportPeriod, ReportQuery
from tests.pages.conftest import SignIn
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

pytestmark = pytest.mark.slow
NUMBER = re.compile(r'data-open="([^"]+)" aria-label="([^"]+)"')


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


@pytest.fixture
async def day(services: Services, make: Make) -> Agent:
    """A day: one chat was handled, one is talked in, one gave up at once; the agent of it."""
    await make.queue(mode=QueueMode.PULL)
    agent = await make.agent(chat_capacity=5)
    chats = [await make.chat(lines=1) for _ in range(3)]
    for chat in chats[:2]:
        await services.chats.take(agent, chat.id)
    await services.chats.end(agent, chats[0].id)
    await services.visits.leave(chats[2].id)
    return agent


def numbers(user: User) -> dict[str, str]:
    """Return what every number opens, and its accessible name."""
    found: dict[str, str] = {}
    for piece in user.find(kind=Living).elements:
        found |= dict(NUMBER.findall(str(piece._inside)))
    return found


def rows(user: User) -> int:
    """Count the contacts in the list that is seen."""
    tables = [str(one._inside) for one in user.find(kind=Living).elements]
    return sum(one.count('<tr data-key') for one in tables if '숫자에 해당하는 상담' in one)


async def test_every_number_is_a_button_that_opens_as_many(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports')
    await user.should_see('대기열', retries=100)
    report = await services.reports.report(boss, ReportQuery(period=ReportPeriod.TODAY))
    seen = numbers(user)
    assert seen['answered:all'] == '응대 2, 전체'
    assert seen['short:all'] == '짧은 포기 1, 전체'
    assert seen['service_level:all'] == '서비스 레벨 100%, 전체'
    assert seen['rating:all'] == '만족도 \u2013, 전체'

    for figure in Figure:
        user.find(kind=Living, content='서비스 레벨').trigger('click', f'{figure}:all')
        expected = report.total.count(figure)
        await user.should_see(f'{expected}건', retries=100)
        for _ in range(100):
            if rows(user) == expected:
                break
            await asyncio.sleep(0.02)
        assert rows(user) == expected, figure


async def test_address_is_the_report_and_what_is_open_in_it(
    sign_in: SignIn, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)

    await user.open(f'/desk/reports?period=today&group=agent&show=handled:{day.id}')

    await user.should_see(f'처리 · {day.name}', retries=100)
    await user.should_see('최유진')
    assert numbers(user)[f'handled:{day.id}'] == f'처리 1, {day.name}'


async def test_choice_of_another_grouping_draws_another_report(
    sign_in: SignIn, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today')
    await user.should_see(DEPARTMENT, retries=100)

    user.find(kind=Piece, content='상담 분류').trigger('change', 'channel')

    for _ in range(100):
        if 'answered:chat' in numbers(user):
            break
        await asyncio.sleep(0.02)
    assert numbers(user)['answered:chat'] == '응대 2, 채팅'


async def test_definition_of_each_figure_is_a_button_away(sign_in: SignIn, boss: Agent) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?from=nonsense')
    await user.should_see('정의 v', retries=100)
    await user.should_see('주소에서 알아볼 수 없는 조건은 뺐습니다.')

    user.find('정의 v').click()

    await user.should_see('재문의: 같은 고객이 7일 안에')


async def test_agents_are_told_that_it_is_not_theirs(user: User) -> None:
    await user.open('/desk/reports')

    await user.should_see('팀장', retries=100)
    await user.should_not_see('서비스 레벨')


async def test_heat_map_is_a_table_one_key_away_whose_numbers_open(
    sign_in: SignIn, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&view=heat')
    await user.should_see('표로 보기', retries=100)
    await user.should_see(kind=ui.echart)

    user.find('표로 보기').click()
    await user.should_see('그래프 보기')
    user.find(kind=Piece, content='인입').trigger('change', 'answered')
    await until_number(user, '응대 2, ')

    [opens] = [one for one, name in numbers(user).items() if name.startswith('응대 2, ')]
    user.find(kind=Living, content='요일').trigger('click', opens)
    await user.should_see('2건', retries=100)
    assert rows(user) == 2


async def until_number(user: User, begins: str) -> None:
    """Wait until a number's name begins so."""
    for _ in range(100):
        if any(name.startswith(begins) for name in numbers(user).values()):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(begins)


async def test_agents_day_is_a_line_of_states_with_the_time_in_each(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    await services.agent_states.choose(day.id, AgentStatus.AWAY)
    await services.agent_states.choose(day.id, AgentStatus.AVAILABLE)
    user = await sign_in(boss)

    await user.open('/desk/reports?period=today&view=days')

    await user.should_see('점유율', retries=100)
    await user.should_see(day.name)
    [drawn] = [one for one in user.find(kind=Living).elements if 'report-days' in str(one._inside)]
    assert 'data-status="busy"' in str(drawn._inside)


async def test_shift_is_planned_and_the_day_compared_with_it(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&view=days')
    await user.should_see('준수율', retries=100)
    today = ReportQuery(period=ReportPeriod.TODAY).days[1]

    user.find('근무표').click()
    await user.should_see('이 날 계획한 근무가 없습니다.', retries=100)
    typed = {'agent': str(day.id), 'day': today.isoformat(), 'begin': '00:00', 'until': '23:59'}
    form = user.find(kind=Piece, content='계획하기')
    form.trigger('submit', typed | {'code0': 'meal', 'from0': '12:00', 'to0': '11:00'})
    await user.should_see('활동은 근무 시간 안에 있고', retries=100)
    form.trigger('submit', typed | {'code0': 'meal', 'from0': '12:00', 'to0': '13:00'})

    await user.should_see('식사 12:00~13:00', retries=100)
    [drawn] = [one for one in user.find(kind=Living).elements if 'report-days' in str(one._inside)]
    await until(lambda: 'data-plan="away"' in str(drawn._inside))
    user.find(kind=Living, content='식사 12:00~13:00').trigger('click', str(day.id))
    await user.should_see('이 날 계획한 근무가 없습니다.', retries=100)


async def test_shifts_come_from_a_file(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&view=days')
    await user.should_see('준수율', retries=100)
    today = ReportQuery(period=ReportPeriod.TODAY).days[1]
    user.find('근무표').click()
    await user.should_see('이 날 계획한 근무가 없습니다.', retries=100)
    user.find('파일로 가져오기').click()
    await user.should_see('파일 고르기', retries=100)
    lines = (
        f'아이디,날짜,근무 시작,근무 끝,활동\n{day.username},{today},09:00,18:00,식사 12:00-13:00'
    )
    [upload] = user.find(ui.upload).elements

    await upload.handle_uploads([SmallFileUpload('근무.csv', 'text/csv', lines.encode())])
    await user.should_see('새 근무 1건 · 변경 0건 · 그대로 0건 · 오류 0줄', retries=200)
    assert await services.shifts.of_day(boss, today) == []
    user.find('이대로 가져오기').click()

    await user.should_see('식사 12:00~13:00', retries=200)
    [planned] = await services.shifts.of_day(boss, today)
    assert planned.shift.agent_id == day.id
    for one in user.find(kind=SheetUpload).elements:  # as the browser does with a closed dialog
        one.delete()


async def test_saved_report_opens_as_it_was_shown(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&view=heat')
    await user.should_see('표로 보기', retries=100)
    user.find('표로 보기').click()
    await user.should_see('그래프 보기', retries=100)
    user.find(kind=Piece, content='인입').trigger('change', 'answered')
    await until_number(user, '응대 2, ')
    user.find('이 보고서 저장').click()
    user.find(kind=ui.input).type('요일별').trigger('keydown.enter')
    await user.should_see('요일별 인입 0', retries=100)

    [saved] = await services.saved_reports.all(boss)
    await user.open(f'/desk/reports?{saved.query.address}')

    await user.should_see('그래프 보기', retries=100)
    await until_number(user, '응대 2, ')


async def test_export_gives_the_table_that_is_shown(
    sign_in: SignIn, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&group=agent')
    await user.should_see(day.name, retries=100)

    user.find('내보내기').click()
    await user.should_see('지금 보는 표를 파일로 받습니다')
    user.find(kind=Piece, content='취소').click()

    answer = await user.http_client.get(
        '/reports/export?period=today&group=agent&format=csv&reason=report'
    )
    assert answer.status_code == 200
    assert day.name in answer.content.decode('utf-8-sig')


async def test_saved_report_is_on_the_screen_of_who_subscribed(
    sign_in: SignIn, services: Services, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today&group=agent')
    await user.should_see(day.name, retries=100)

    user.find('이 보고서 저장').click()
    await user.should_see('이름을 붙여 둡니다')
    user.find(kind=ui.input).type('오늘 상담원별').trigger('keydown.enter')

    await user.should_see('오늘 상담원별 인입 0 · 서비스 레벨 100% · 응대율 66%', retries=100)
    [saved] = await services.saved_reports.all(boss)
    assert saved.query == ReportQuery(period=ReportPeriod.TODAY, group=Grouping.AGENT)


async def test_number_follows_its_list_when_more_has_come(
    sign_in: SignIn, services: Services, make: Make, boss: Agent, day: Agent
) -> None:
    user = await sign_in(boss)
    await user.open('/desk/reports?period=today')
    await user.should_see(DEPARTMENT, retries=100)
    await services.chats.take(day, (await make.chat()).id)
    await services.rollups.catch_up(seconds=5)

    user.find(kind=Living, content='서비스 레벨').trigger('click', 'answered:all')

    await user.should_see('3건', retries=100)
    await until_number(user, '응대 3, 전체')
