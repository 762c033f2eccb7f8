"""The control page in Chromium: what is done there is done in the centre, and what is there is seen."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.support.sandbox.box import NUMBER, ORDERS, Box, running_box
from tests.support.until import until


class Control:
    """The page, read like its reader reads it."""

    def __init__(self, box: Box, page: Page) -> None:
        self.box, self.page = box, page

    async def opens(self, query: str = '') -> None:
        await self.page.goto(f'{self.box.url}/_sandbox/control/{query}')
        await expect(self.button('전화 걸기').or_(self.button('Ring a call'))).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role('button', name=name, exact=True)

    def row(self, *texts: str) -> Locator:
        rows = self.page.locator('.box-row')
        for text in texts:
            rows = rows.filter(has_text=text)
        return rows

    async def sees(self, *texts: str) -> None:
        await expect(self.row(*texts)).to_have_count(1)

    async def holds(self, claim: Callable[[], bool]) -> None:
        """Wait until it is so in the centre."""
        await until(lambda: asyncio.to_thread(claim), seconds=10)


@pytest.fixture
def control(box: Box, page: Page) -> Control:
    return Control(box, page)


def in_queue(box: Box) -> float:
    """What boto3's metrics say."""
    answer = box.connect.get_current_metric_data(
        Filters={'Queues': [ORDERS]},
        CurrentMetrics=[{'Name': 'CONTACTS_IN_QUEUE', 'Unit': 'COUNT'}],
        **box.instance,
    )
    return float(answer['MetricResults'][0]['Collections'][0]['Value'])


async def test_call_rung_on_the_page_is_in_boto3s_metrics(control: Control, box: Box) -> None:
    await control.opens()
    await control.page.get_by_label('전화번호').fill('010-9876-5432')
    await control.page.get_by_label('속성').fill('grade=VIP\norder=17')

    await control.button('전화 걸기').click()

    await control.sees('010-9876-5432', '최유진', '대기 중')
    assert in_queue(box) == 1
    [contact] = box.hand('GET', 'contacts')
    assert contact['customer'] == '+821098765432'
    assert contact['attributes'] == {'grade': 'VIP', 'order': '17'}


async def test_flow_sets_attributes_while_a_call_goes_on(control: Control, box: Box) -> None:
    contact_id = box.ring()
    await control.opens()
    await control.row('010-1234-5678').click()
    lines = control.page.get_by_label('흐름이 정하는 값')

    await lines.fill('없는 줄')
    await control.button('속성 넣기').click()
    await expect(control.page.get_by_role('alert')).to_contain_text('이름=값이 아닙니다')
    await lines.fill('order=17\nannounced=녹음 안내')
    await control.button('속성 넣기').click()

    wanted = {'order': '17', 'announced': '녹음 안내'}
    await control.holds(lambda: box.hand('GET', f'contacts/{contact_id}')['attributes'] == wanted)
    await expect(control.page.locator('.box-facts').first).to_contain_text('announced=녹음 안내')


async def test_whole_call_from_ring_to_clear_on_the_page(control: Control, box: Box) -> None:
    box.sign_in()
    await control.opens()
    await control.button('전화 걸기').click()
    await control.sees('010-1234-5678', '김서연', '벨 울림')

    await control.row('010-1234-5678').click()
    await control.button('수락').click()
    await control.sees('010-1234-5678', '통화 중')
    await control.page.get_by_label('할 말').fill('배송이 늦어요')
    await control.button('보내기').click()
    await expect(control.page.get_by_role('log')).to_contain_text('배송이 늦어요')
    await control.button('보류하기').click()
    await control.sees('010-1234-5678', '고객 보류')
    await control.button('보류 해제').click()
    await control.button('고객이 끊기').click()
    await control.sees('010-1234-5678', '후처리')
    await control.button('정리').click()

    await expect(control.page.get_by_text('지금은 컨택이 없습니다')).to_be_visible()
    assert box.stage_with() == {}


async def test_colleague_is_consulted_and_the_three_confer_on_the_page(
    control: Control, box: Box
) -> None:
    box.sign_in()
    await control.opens()
    await control.button('전화 걸기').click()
    await control.row('010-1234-5678').click()
    await control.button('수락').click()
    await control.sees('010-1234-5678', '통화 중')

    await control.page.get_by_label('협의 상대').select_option('택배사 고객센터')
    await control.button('협의 통화').click()
    await control.sees('010-1234-5678', '고객 보류', '제3자 연결 중')
    await control.button('+10초').click()
    await control.sees('010-1234-5678', '제3자 연결됨')
    await control.button('통화 전환').click()
    await control.sees('010-1234-5678', '고객 연결됨', '제3자 보류')
    await control.button('회의').click()

    await control.sees('010-1234-5678', '고객 연결됨', '제3자 연결됨')
    await expect(control.page.get_by_role('term').get_by_text('고객', exact=True)).to_have_count(1)


async def test_call_is_taken_on_a_telephones_screen(control: Control, box: Box) -> None:
    box.sign_in()
    await control.page.set_viewport_size({'width': 390, 'height': 844})
    await control.opens()

    await control.button('전화 걸기').click()
    await control.row('010-1234-5678').click()
    await control.button('수락').click()

    await control.sees('010-1234-5678', '통화 중')
    assert await control.page.evaluate('document.documentElement.scrollWidth') == 390


async def test_chat_begun_elsewhere_is_answered_by_its_customer_here(
    control: Control, box: Box
) -> None:
    box.sign_in(auto_accept=True)
    await control.opens()

    chat_id = box.start_chat()['ContactId']
    await control.row('홍길동', '상담 중').click()
    await control.page.get_by_label('할 말').fill('여보세요')
    await control.page.get_by_label('할 말').press('Enter')

    await expect(control.page.get_by_role('log')).to_contain_text('여보세요')
    said = box.hand('GET', f'contacts/{chat_id}')['said']
    assert [line['text'] for line in said] == ['여보세요']


async def test_everything_by_keyboard(control: Control, box: Box) -> None:
    await control.opens()
    await control.page.get_by_label('전화번호').focus()

    await control.page.keyboard.press('Enter')
    await control.sees('010-1234-5678', '대기 중')
    await control.row('010-1234-5678').focus()
    await control.page.keyboard.press('Enter')
    await expect(control.row('010-1234-5678')).to_have_attribute('aria-pressed', 'true')
    box.hand('POST', 'clock', advance=65)
    await control.sees('010-1234-5678', '1:05')
    await expect(control.row('010-1234-5678')).to_be_focused()
    await control.page.get_by_role('tab', name='고객').focus()
    await control.page.keyboard.press('ArrowRight')

    await expect(control.page.get_by_role('tab', name='장애')).to_be_focused()
    await expect(control.page.get_by_role('textbox', name='오퍼레이션')).to_be_visible()


async def test_faults_are_switched_and_cleared(control: Control, box: Box) -> None:
    await control.opens()
    await control.page.get_by_role('tab', name='장애').click()

    await control.page.get_by_label('모든 요청 제한').check()
    await control.page.get_by_label('늦는 이벤트').fill('50')
    await control.button('적용').first.click()
    await expect(control.page.get_by_text('장애 2')).to_be_visible()
    plan = box.hand('GET', 'faults')['plan']
    await control.button('모두 없애기').click()
    await expect(control.page.get_by_text('장애 없음')).to_be_visible()

    assert (plan['throttling'], plan['events']['late']) == (True, 0.5)
    assert box.hand('GET', 'faults')['plan']['throttling'] is False


async def test_disorder_of_aws_is_no_fault(tmp_path: Path, page: Page) -> None:
    with running_box(tmp_path, SANDBOX_MOTO_PORT='0', SANDBOX_DISORDER='true') as box:
        control = Control(box, page)
        await control.opens()

        await expect(page.get_by_text('장애 없음')).to_be_visible()
        box.hand('PATCH', 'faults', events={'lost': 0.5, 'late': 0.1, 'repeated': 0.03})

        await expect(page.get_by_text('장애 1', exact=True)).to_be_visible()


async def test_agent_gets_a_status_and_a_broken_softphone(control: Control, box: Box) -> None:
    await control.opens()
    await control.row('agent1').click()

    await control.page.get_by_label('상담 상태').last.select_option('점심')
    await control.button('바꾸기').click()
    await control.sees('agent1', '점심')
    await control.page.get_by_label('소프트폰 장애').last.select_option('응답 없는 폴링')
    await control.button('적용').last.click()

    await control.holds(
        lambda: (
            box.hand('GET', 'faults')['plan']['softphones']
            == [{'trouble': 'dead_poll', 'username': 'agent1'}]
        )
    )


async def test_load_is_played_and_stopped(control: Control, box: Box) -> None:
    await control.opens()
    await control.page.get_by_role('tab', name='부하').click()
    await control.page.get_by_label('모양').select_option('고르게')
    await control.page.get_by_label('분당 전화').fill('30')
    await control.page.get_by_label('길이 (분)').fill('60')

    await control.button('재생').click()
    await control.holds(lambda: box.hand('GET', 'load')['tally']['answered'] > 5)
    await expect(control.page.get_by_text('재생 중')).to_be_visible()
    await expect(control.page.get_by_role('progressbar')).to_be_visible()
    await control.button('중지').click()

    await expect(control.page.get_by_text('중지됨')).to_be_visible()
    assert len(await control.row('통화 중').all()) > 0


async def test_clock_is_moved_and_held(control: Control, box: Box) -> None:
    box.sign_in()
    box.ring()
    await control.opens()

    await control.button('+10초').click()
    await control.sees('010-1234-5678', '0:10')
    await control.button('+1분').click()

    await control.sees('agent1', '음성 부재중')


async def test_what_cannot_be_done_is_said(control: Control, box: Box) -> None:
    await control.opens()
    await control.page.get_by_label('전화번호').fill('몰라요')

    await control.button('전화 걸기').click()

    await expect(control.page.get_by_role('alert')).to_contain_text('전화번호가 아닙니다')
    assert box.hand('GET', 'contacts') == []


async def test_page_is_in_english_for_who_reads_english(control: Control, box: Box) -> None:
    box.ring()

    await control.opens('?lang=en')

    await control.sees('010-1234-5678', 'queued')
    await expect(control.page.locator('html')).to_have_attribute('lang', 'en-US')


@pytest.mark.parametrize('theme', ['light', 'dark'])
async def test_page_is_accessible(control: Control, box: Box, theme: str) -> None:
    box.sign_in()
    contact_id = box.ring(number=NUMBER)
    box.act('accept', contact_id)
    await control.opens(f'?theme={theme}')
    await control.row('010-1234-5678').click()
    await expect(control.button('통화 종료')).to_be_visible()

    found = []
    for tab in await control.page.get_by_role('tab').all():
        await tab.click()
        report = await Axe().run(control.page)
        found += [
            f'{one["id"]}: {node["target"]} {node["failureSummary"]}'
            for one in report.response['violations']
            for node in one['nodes']
        ]

    assert not found, '\n'.join(dict.fromkeys(found))
