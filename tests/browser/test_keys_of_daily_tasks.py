"""How many keys the daily tasks of an agent take, at most.

A press of a key counts one, a chord (Ctrl+Enter, Alt+↓) too; typed text counts nothing. A task begins outside of text
fields where it can, and ends when its result can be seen: to leave a field by Esc, or to close what was only read, is
not part of it. Sending a file needs a desk with a bucket, and is counted in ``test_chat_files``.
"""

from playwright.async_api import Locator, expect

from models import Agent, ChatLabel, LabelColor
from services.registry import Services
from tests.browser.test_wrap_up import category
from tests.support.browser.counting import CountingKeys
from tests.support.browser.people import DeskScreen
from tests.support.make import Make

LARGEST = {
    'go away for a reason': 2,
    'be available again': 1,
    'take a contact': 1,
    'write to the customer after taking': 0,
    'send': 1,
    'record a promise': 1,
    'private note': 2,
    'go back to messages': 1,
    'canned reply, sent': 2,
    'hold': 2,
    'resume': 1,
    'label': 2,
    'priority': 3,
    'why me': 1,
    'next unread chat': 1,
    'snooze': 2,
    'first warning': 2,
    'transfer': 4,  # two of them are Tab, past the colleague to the reason
    'end': 2,
    'reopen': 1,
    'wrap-up': 3,
    'find a customer': 2,
    'find in the history': 2,
}
"""The largest number of presses of each task."""
FEWEST_TASKS = 20
"""So many daily tasks are to have a tested largest number."""


async def test_daily_tasks_take_few_keys(
    desk: DeskScreen, make: Make, services: Services, agent: Agent
) -> None:
    await category(services, make, agent, '배송', '지연', '택배사 지연')
    await services.canned_replies.add(agent, {'title': '첫인사', 'body': '반갑습니다'})
    await make.kept(ChatLabel(name=f'환불 {agent.username[-4:]}', color=LabelColor.AMBER))
    await make.agent(username=f'{agent.username}-2', department=agent.department)
    customer = await make.customer(name=f'곽{agent.username[-4:]}')
    other = await make.chat(agent=agent, lines=1, visitor_name='윤서아', agent_read_number=1)
    await make.chat(department=agent.department, lines=1, visitor_name='정하윤')
    await desk.opens()
    keys = CountingKeys(desk.page)

    await _goes_and_comes_back(desk, keys)
    await _takes_and_writes(desk, keys)
    await _notes_and_replies(desk, keys)
    await _holds(desk, keys)
    await _marks(desk, keys, f'환불 {agent.username[-4:]}')
    await services.visits.write(make.outgoing(other, '급해요'))
    await _ends(desk, keys)
    await _turns_to_the_other(desk, keys)
    await _finds(desk, keys, customer.name)

    assert keys.taken.keys() == LARGEST.keys()
    assert len(keys.taken) >= FEWEST_TASKS
    assert {name: taken for name, taken in keys.taken.items() if taken > LARGEST[name]} == {}


def dialog(desk: DeskScreen) -> Locator:
    return desk.page.get_by_role('dialog')


async def _goes_and_comes_back(desk: DeskScreen, keys: CountingKeys) -> None:
    following = desk.page.locator(
        '.desk-status-next'
    )  # while there is a chat, 이석 waits for its end
    with keys.task('go away for a reason'):
        await keys.press('d')
        reasons = dialog(desk).get_by_role('group', name='이석 사유')
        await expect(reasons.get_by_role('button').first).to_be_focused()
        meal = reasons.get_by_role('button', name='식사')
        await keys.press(await meal.get_attribute('aria-keyshortcuts') or '')
        await expect(following).to_contain_text('이석 · 식사')
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('be available again'):
        await keys.press('g')
        await expect(following).to_be_empty()


async def _takes_and_writes(desk: DeskScreen, keys: CountingKeys) -> None:
    page = desk.page
    with keys.task('take a contact'):
        await keys.press('a')
        await expect(desk.box).to_be_focused()
    with keys.task('write to the customer after taking'):
        await keys.types('30분 뒤에 다시 전화드리겠습니다')
        await expect(desk.box).to_have_value('30분 뒤에 다시 전화드리겠습니다')
    with keys.task('send'):
        await keys.press('Enter')
        await desk.reads('1번째 줄', '30분 뒤에 다시 전화드리겠습니다')
    await expect(page.get_by_role('region', name='약속 제안', exact=True)).to_be_visible()
    await keys.press('Escape')


async def _notes_and_replies(desk: DeskScreen, keys: CountingKeys) -> None:
    page = desk.page
    with keys.task('record a promise'):
        await keys.press('p')
        promises = page.get_by_role('navigation', name='약속', exact=True)
        await expect(promises).to_contain_text('정하윤')
    with keys.task('private note'):
        await keys.press('o')
        await expect(page.get_by_role('textbox', name='내부 메모', exact=True)).to_be_focused()
        await keys.types('어제도 문의함')
        await keys.press('Control+Enter')
        await expect(desk.log.get_by_role('note')).to_contain_text('어제도 문의함')
    await keys.press('Escape')
    with keys.task('go back to messages'):
        await keys.press('r')
        await expect(desk.box).to_be_focused()
    with keys.task('canned reply, sent'):
        await keys.types('/ㅊㅇㅅ')
        await expect(page.get_by_role('option', name='첫인사')).to_be_visible()
        await keys.press('Enter')
        await expect(desk.box).to_have_value('반갑습니다')
        await keys.press('Enter')
        await expect(desk.bubbles.last).to_have_text('반갑습니다')
    await keys.press('Escape')


async def _holds(desk: DeskScreen, keys: CountingKeys) -> None:
    with keys.task('hold'):
        await keys.press('h')
        await expect(dialog(desk).get_by_role('radio').first).to_be_focused()
        await keys.press('Enter')
        await expect(desk.button('보류 해제')).to_be_visible()
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('resume'):
        await keys.press('h')
        await expect(desk.button('보류')).to_be_visible()


async def _marks(desk: DeskScreen, keys: CountingKeys, label: str) -> None:
    page = desk.page
    marks = page.get_by_role('group', name='라벨, 중요도, 다시 알림')
    with keys.task('label'):
        await keys.press('b')
        await expect(page.get_by_role('combobox', name='라벨 찾기')).to_be_focused()
        await keys.types(label)
        await expect(page.get_by_role('option', name=label)).to_be_visible()
        await keys.press('Enter')
        await expect(marks).to_contain_text(label)
    await keys.press('Escape', 'Escape')
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('priority'):
        await keys.press('y')
        await expect(page.get_by_role('radio', name='보통')).to_be_focused()
        await keys.press('ArrowRight', 'Enter')
        await expect(marks).to_contain_text('중요도: 높음')
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('why me'):
        await keys.press('w')
        await expect(page.get_by_role('dialog', name='왜 나에게?')).to_be_visible()
    await keys.press('Escape')
    await expect(dialog(desk)).to_have_count(0)


async def _ends(desk: DeskScreen, keys: CountingKeys) -> None:
    with keys.task('end'):
        await keys.press('e')
        await expect(desk.button('종료하기')).to_be_focused()
        await keys.press('Enter')
        await expect(desk.page.get_by_role('combobox', name='상담 분류')).to_be_focused()
    panel = desk.page.get_by_role('region', name='후처리', exact=True)
    with keys.task('wrap-up'):
        await keys.types('ㅌㅂㅅ')
        await expect(desk.page.get_by_role('option', name='택배사 지연')).to_be_visible()
        await keys.press('ArrowDown', 'Enter')
        await expect(panel).to_contain_text('택배사 지연')
        await keys.types('내일 도착')
        await keys.press('Control+Enter')
        await expect(panel).to_have_count(0)
    await expect(desk.button('다시 열기')).to_be_visible()
    with keys.task('reopen'):
        await keys.press('u')
        await expect(desk.button('상담 종료')).to_be_visible()


async def _turns_to_the_other(desk: DeskScreen, keys: CountingKeys) -> None:
    with keys.task('next unread chat'):
        await keys.press('Alt+ArrowDown')
        await desk.reads('1번째 줄', '급해요')
        await expect(desk.box).to_be_focused()
    await keys.press('Escape')
    with keys.task('snooze'):
        await keys.press('z')
        await expect(dialog(desk).get_by_label('10분 뒤')).to_be_focused()
        await keys.press('Enter')
        await desk.sees('에 다시 알림')
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('first warning'):
        await keys.press('q')
        await expect(desk.button('경고 보내기 1/2')).to_be_focused()
        await keys.press('Enter')
        await expect(desk.log.get_by_role('note')).to_be_visible()
    with keys.task('transfer'):
        await keys.press('t')
        await expect(dialog(desk).get_by_role('radio', name='상담원에게')).to_be_focused()
        await keys.tabs_to(dialog(desk).get_by_label('사유'))
        await keys.types('환불 담당')
        await keys.press('Enter')
        await desk.sees('님에게 넘기는 중입니다')


async def _finds(desk: DeskScreen, keys: CountingKeys, name: str) -> None:
    page = desk.page
    await expect(dialog(desk)).to_have_count(0)
    with keys.task('find a customer'):
        await keys.press('/')
        await expect(
            page.get_by_role('combobox', name='이름, 전화번호, 이메일 검색')
        ).to_be_focused()
        await keys.types(name)
        found = page.get_by_role('listbox', name='찾은 고객').get_by_role('option')
        await expect(found).to_have_count(1)
        await keys.press('Enter')
        await expect(page.get_by_role('heading', name=name)).to_be_visible()
    await page.goto(f'{desk.address}/desk/history')
    await desk.settles()
    with keys.task('find in the history'):
        await keys.press('f')
        await expect(page.get_by_label('대화 내용, 고객 검색')).to_be_focused()
        await keys.types('급해요')
        await keys.press('Enter')
        await page.wait_for_url('**/desk/history?*')


async def test_status_menu_is_used_by_keyboard(desk: DeskScreen) -> None:
    """The menu of 상담 상태 opens, goes up and down and chooses by keys; ``?`` lists the key for 이석."""
    await desk.opens()
    page, now = desk.page, desk.page.locator('.desk-status-now')
    await page.get_by_role('combobox', name='상담 상태').focus()

    await page.keyboard.press('Enter')
    await expect(page.get_by_role('option', name='이석 · 식사')).to_be_visible()
    while not await page.get_by_role('option', name='이석 · 식사').evaluate(
        "it => it.classList.contains('q-manual-focusable--focused')"
    ):
        await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')

    await expect(now).to_contain_text('이석 · 식사')
    await page.keyboard.press('g')
    await expect(now).to_contain_text('상담 가능')
    await page.keyboard.press('d')
    await expect(dialog(desk).get_by_role('button').first).to_be_focused()
    await page.keyboard.press('Enter')
    await expect(now).to_contain_text('이석')
    await expect(dialog(desk)).to_have_count(0)
    await page.keyboard.press('?')
    await expect(page.get_by_role('dialog', name='단축키')).to_contain_text('이석: 사유 고르기')
