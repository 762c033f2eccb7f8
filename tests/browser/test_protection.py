"""보호 사슬, told as it happens: a customer abuses, the agent's keyboard warns, warns, ends and rests, and a supervisor knows."""

from uuid import uuid4

from playwright.async_api import expect

from models import Agent
from tests.browser.conftest import Contexts
from tests.browser.test_accessibility import nothing_found
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.talking import begin
from tests.support.make import Make

ANNOUNCED = '산업안전보건법에 따라 상담원을 보호하며'


async def test_agent_is_protected_by_keyboard_alone(
    desk: DeskScreen,
    talk: CustomerScreen,
    agent: Agent,
    centre: Centre,
    person: Contexts,
    make: Make,
) -> None:
    supervisor = await seat_supervisor(agent, centre, await person(), make)
    await talk.page.goto(f'{talk.address}/talk')
    await talk.sees(ANNOUNCED)
    await begin(desk, talk, agent)
    await _is_warned_twice(desk, talk, supervisor)
    await _is_ended(desk, talk)
    await _rests_and_comes_back(desk)
    await _reads_the_record(supervisor)


async def seat_supervisor(agent: Agent, centre: Centre, context: object, make: Make) -> DeskScreen:
    """Sign a supervisor of the agent's department in; the desk is open on another screen than the agent's chat."""
    name = f'supervisor-{uuid4().hex[:8]}'
    await make.supervisor(
        username=name, department=agent.department, departments=[agent.department]
    )
    await centre.sign_in(context, name)  # type: ignore[arg-type]  # a browser of their own
    screen = await centre.desk(context)  # type: ignore[arg-type]
    await screen.page.goto(f'{centre.address}/desk/customers')
    await screen.settles()
    return screen


async def _is_warned_twice(desk: DeskScreen, talk: CustomerScreen, supervisor: DeskScreen) -> None:
    """The list points at the message, and twice two keys warn; the customer reads the centre's words."""
    keys = desk.page.keyboard
    await talk.sends('야 이 시 1 발')
    await expect(desk.log.get_by_text('거친 말')).to_be_visible()
    await expect(talk.page.get_by_text('거친 말')).to_have_count(0)
    await keys.press('Escape')
    await keys.press('q')
    await expect(desk.button('경고 보내기 1/2')).to_be_focused()
    await desk.sees('고객에게 보낼 말')
    await nothing_found(desk.page, 'protection')
    await desk.button('경고 보내기 1/2').focus()
    await keys.press('Enter')
    await expect(talk.log.get_by_role('note')).to_contain_text('상담을 이어 갈 수 없어요')
    await expect(desk.log.get_by_role('note')).to_contain_text('상담을 이어 갈 수 없어요')
    told = supervisor.page.get_by_role('alert')
    await expect(told).to_contain_text('보호를 시작했습니다')
    await told.get_by_role('button', name='닫기').click()
    await talk.sends('멍청한 소리 하지 마')
    await expect(desk.bubbles).to_have_count(3)
    await keys.press('q')
    await expect(desk.button('경고 보내기 2/2')).to_be_focused()
    await keys.press('Enter')
    await expect(talk.log.get_by_role('note').last).to_contain_text('마지막으로')


async def _is_ended(desk: DeskScreen, talk: CustomerScreen) -> None:
    """Nobody is asked: the chat ends, the customer reads why, and the next step waits for one key."""
    keys = desk.page.keyboard
    await expect(desk.button('상담 종료 (보호)')).to_be_visible()
    await keys.press('q')
    await expect(desk.button('상담 종료 (보호)')).to_be_focused()
    await keys.press('Enter')
    await talk.sees('법에 따라 기록으로 남아요')
    await talk.sees('종료된 상담이라 메시지를 보낼 수 없어요.')
    await desk.sees('관리자에게 알렸고 대화를 기록으로 남겼습니다')
    await expect(desk.button('보호 휴식 시작')).to_be_focused()


async def _rests_and_comes_back(desk: DeskScreen) -> None:
    """One key begins the rest, which nothing but the agent ends."""
    keys = desk.page.keyboard
    await keys.press('q')
    await expect(desk.button('휴식 마치고 상담 가능')).to_be_visible()
    await desk.sees('보호 휴식 중')
    await desk.sees('이석 · 보호 휴식')
    await expect(desk.button('휴식 마치고 상담 가능')).to_be_focused()
    await keys.press('Enter')
    await expect(desk.page.get_by_role('region', name='보호', exact=True)).to_be_hidden()
    await expect(desk.page.locator('.desk-status-now')).to_contain_text('상담 가능')


async def _reads_the_record(supervisor: DeskScreen) -> None:
    """The news leads to the record: the words, the order, the seal."""
    told = supervisor.page.get_by_role('alert')
    await expect(told).to_contain_text('상담을 끝냈습니다')
    await told.get_by_role('button', name='기록 보기').click()
    await supervisor.sees('보호 기록: 김서연')
    await supervisor.sees('봉인 값 (SHA-256)')
    await expect(supervisor.page.get_by_role('mark')).to_have_text('시 1 발')
    await expect(supervisor.button('기록 문서 (PDF)')).to_be_visible()
    await expect(told).to_be_hidden()
    await nothing_found(supervisor.page, 'protection record')
