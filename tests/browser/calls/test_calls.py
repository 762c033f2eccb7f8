"""Calls through the desk's own bar, by Amazon's unmodified library: each ends with what Connect says became of it."""

import pytest
from playwright.async_api import expect

from tests.browser.calls.conftest import Phones
from tests.support.browser.calling import CallScreen, until
from tests.support.sandbox.box import NUMBER, ORDERS, Box

COURIER, COLLEAGUE, PAYMENTS = '택배사 고객센터', '이도윤 (agent2)', '결제·환불'


async def talking(phone: CallScreen, box: Box) -> str:
    """Let a customer's call come in and be taken; its id."""
    contact_id = box.ring()
    await phone.is_in('ringing')
    await phone.presses('수락')
    await phone.is_in('talking')
    return contact_id


async def stands(box: Box, contact_id: str, state: str, username: str = 'agent1') -> None:
    """Wait until Connect says that an agent's contact is in a state; ``gone`` is nowhere."""

    async def is_so() -> bool:
        return box.stage_with(username).get(contact_id, 'gone') == state

    await until(is_so)


async def connects(phone: CallScreen, place: str, how: str) -> None:
    """Choose somewhere to connect to."""
    await phone.presses('호전환')
    dialog = phone.desk.get_by_role('dialog', name='호전환')
    await dialog.get_by_label('연결할 곳 찾기').fill(place[:2])
    await dialog.get_by_role('button', name=f'{place} {how}').click()


async def consulting(phone: CallScreen, box: Box) -> str:
    """Let the agent talk to the courier, with the customer waiting."""
    contact_id = await talking(phone, box)
    await connects(phone, COURIER, '먼저 통화')
    await expect(phone.leg(COURIER)).to_contain_text('거는 중')
    box.advance(3)
    await expect(phone.leg(COURIER)).to_contain_text('통화 중')
    return contact_id


async def test_call_rings_is_taken_held_muted_and_cleared(phone: CallScreen, box: Box) -> None:
    contact_id = await talking(phone, box)
    await phone.sees('010-1234-5678')
    await phone.sees('주문·배송')

    await phone.presses('보류')
    await phone.is_in('held')
    await stands(box, contact_id, 'CONNECTED_ONHOLD')
    await phone.presses('보류 해제')
    await phone.is_in('talking')
    await phone.presses('음소거')
    await expect(phone.button('음소거')).to_have_attribute('aria-pressed', 'true')
    await phone.presses('음소거')
    await expect(phone.button('음소거')).to_have_attribute('aria-pressed', 'false')
    await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    await stands(box, contact_id, 'ENDED')
    await phone.presses('통화 정리')

    await phone.is_in('none')
    await expect(phone.desk.get_by_label('전화 걸기')).to_be_visible()
    assert box.told(contact_id)[-1] == 'COMPLETED'


async def test_call_by_keyboard_alone(phone: CallScreen, box: Box) -> None:
    press = phone.page.keyboard.press
    await phone.desk.get_by_role('heading', level=1).click()  # out of every field
    contact_id = box.ring()
    await phone.is_in('ringing')

    await press('Shift+A')
    await phone.is_in('talking')
    await press('Shift+H')
    await phone.is_in('held')
    await press('Shift+H')
    await phone.is_in('talking')
    await press('Shift+M')
    await expect(phone.button('음소거')).to_have_attribute('aria-pressed', 'true')
    await press('Shift+E')
    await phone.is_in('wrap_up')
    await press('Shift+E')

    await phone.is_in('none')
    assert box.told(contact_id)[-1] == 'COMPLETED'


async def test_refused_call_goes_on_and_its_agent_stays_available(
    phone: CallScreen, box: Box
) -> None:
    contact_id = box.ring()
    await phone.is_in('ringing')

    await phone.presses('거절')
    await phone.is_in('failed')
    assert box.told(contact_id)[-1] != 'DISCONNECTED'  # it waits for another agent
    box.hand('POST', f'contacts/{contact_id}/hang-up')
    await phone.presses('통화 정리')

    await phone.is_in('none')
    await stands(box, contact_id, 'gone')
    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('상담 가능')


async def test_missed_call_makes_its_agent_away(phone: CallScreen, box: Box) -> None:
    box.ring()
    await phone.is_in('ringing')

    box.advance(20)

    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('이석 · 무응답')
    await phone.is_in('none')
    await phone.page.keyboard.press('Escape')
    await phone.chooses('상담 가능')
    box.ring()
    await phone.is_in('ringing')


async def test_digits_go_to_whom_the_agent_talks_to(phone: CallScreen, box: Box) -> None:
    contact_id = await talking(phone, box)

    await phone.presses('번호판')
    field = phone.bar.get_by_label('번호 보내기')
    await expect(field).to_be_focused()
    await field.press_sequentially('12')
    await phone.presses('#')

    async def were_pressed() -> bool:
        return bool(box.act('legs', contact_id)['legs'][1]['digits'] == '12#')

    await until(were_pressed)


async def test_every_end_of_a_call_is_held_muted_and_dropped_by_itself(
    phone: CallScreen, box: Box
) -> None:
    contact_id = await consulting(phone, box)

    await phone.presses('회의')
    await expect(phone.leg('010-1234-5678')).to_contain_text('통화 중')
    await phone.presses(f'{COURIER} 보류')
    await expect(phone.leg(COURIER)).to_contain_text('보류 중')
    await phone.presses(f'{COURIER} 보류 해제')
    await expect(phone.leg(COURIER)).to_contain_text('통화 중')
    await phone.presses(f'{COURIER} 음소거')
    await phone.presses(f'{COURIER} 음소거 해제')
    await phone.presses(f'{COURIER} 끊기')

    await expect(phone.leg(COURIER)).to_have_count(0)
    await stands(box, contact_id, 'CONNECTED')


async def test_consult_swap_conference_and_leave(phone: CallScreen, box: Box) -> None:
    contact_id = await consulting(phone, box)
    await expect(phone.leg('010-1234-5678')).to_contain_text('보류 중')

    await phone.presses('통화 바꾸기')
    await expect(phone.leg('010-1234-5678')).to_contain_text('통화 중')
    await expect(phone.leg(COURIER)).to_contain_text('보류 중')
    await phone.presses('회의')
    await expect(phone.leg(COURIER)).to_contain_text('통화 중')
    await phone.presses('회의 나가기')

    await phone.is_in('wrap_up')
    others = box.connect.list_associated_contacts(ContactId=contact_id, **box.instance)
    added = others['ContactSummaryList'][-1]['ContactId']
    assert 'DISCONNECTED' not in box.told(added)


async def test_colleague_is_asked_and_gets_the_customer(
    phone: CallScreen, phone_of: Phones, box: Box
) -> None:
    colleague = await phone_of('agent2')
    await talking(phone, box)

    await connects(phone, COLLEAGUE, '먼저 통화')
    await colleague.is_in('ringing')
    await colleague.presses('수락')
    await colleague.is_in('talking')
    await expect(phone.leg('010-1234-5678')).to_contain_text('보류 중')
    await phone.presses('호전환')

    await phone.is_in('wrap_up')
    await colleague.is_in('talking')
    assert list(box.stage_with('agent2').values()) == ['CONNECTED']


async def test_blind_transfer_to_a_queue(phone: CallScreen, box: Box) -> None:
    contact_id = await talking(phone, box)

    await connects(phone, PAYMENTS, '바로 넘기기')

    await phone.is_in('wrap_up')
    moved = box.connect.list_associated_contacts(ContactId=contact_id, **box.instance)
    assert moved['ContactSummaryList'][-1]['InitiationMethod'] == 'QUEUE_TRANSFER'


@pytest.mark.parametrize('step', ['ringing', 'talking', 'held', 'consulting', 'conferring'])
async def test_customer_hangs_up_while(step: str, phone: CallScreen, box: Box) -> None:
    contact_id = box.ring()
    await phone.is_in('ringing')
    if step != 'ringing':
        await phone.presses('수락')
        await phone.is_in('talking')
    if step == 'held':
        await phone.presses('보류')
        await phone.is_in('held')
    if step in {'consulting', 'conferring'}:
        await connects(phone, COURIER, '먼저 통화')
        await expect(phone.leg(COURIER)).to_be_visible()
        box.advance(3)
        await expect(phone.leg(COURIER)).to_contain_text('통화 중')
    if step == 'conferring':
        await phone.presses('회의')
        await expect(phone.leg('010-1234-5678')).to_contain_text('통화 중')

    box.hand('POST', f'contacts/{contact_id}/hang-up')

    if step == 'ringing':
        await phone.is_in('none')
        return
    if step in {'consulting', 'conferring'}:
        await expect(phone.leg('010-1234-5678')).to_have_count(0)
        await phone.presses('통화 종료')
    await phone.is_in('wrap_up')
    await phone.presses('통화 정리')
    await phone.is_in('none')
    await stands(box, contact_id, 'gone')


async def test_number_is_dialled_however_it_is_spelt(phone: CallScreen, box: Box) -> None:
    field = phone.desk.get_by_label('전화 걸기')

    await field.fill('010 9876.5432')
    await field.press('Enter')
    await phone.is_in('dialling')
    await phone.sees('010-9876-5432')
    box.advance(3)
    await phone.is_in('talking')
    [contact_id] = box.stage_with()
    await phone.presses('통화 종료')

    await phone.is_in('wrap_up')
    contact = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)['Contact']
    assert contact['CustomerEndpoint']['Address'] == '+821098765432'


async def test_what_cannot_be_dialled_is_said_in_words(phone: CallScreen, box: Box) -> None:
    field = phone.desk.get_by_label('전화 걸기')

    await field.fill('12345')
    await field.press('Enter')
    await expect(phone.desk.get_by_text('걸 수 있는 전화번호가 아닙니다.')).to_be_visible()
    await field.fill('+33 1 23 45 67 89')
    await field.press('Enter')

    await expect(phone.desk.get_by_text('이 번호로는 전화할 수 없습니다.')).to_be_visible()
    await phone.is_in('none')
    assert box.stage_with() == {}


async def test_nobody_answers_and_the_agent_is_free_again(phone: CallScreen, box: Box) -> None:
    box.hand('PUT', 'dialling', silent=[NUMBER])
    field = phone.desk.get_by_label('전화 걸기')
    await field.fill(NUMBER)
    await field.press('Enter')
    await phone.is_in('dialling')

    box.advance(60)
    await phone.is_in('failed')
    box.advance(3)

    await phone.is_in('none')
    await expect(phone.desk.locator('.desk-status-now')).to_contain_text('상담 가능')


async def test_callback_rings_and_is_taken(phone: CallScreen, box: Box) -> None:
    queue_id = box.hand('POST', 'callbacks', number=NUMBER, queue_id=ORDERS)['id']
    await phone.is_in('ringing')

    await phone.presses('수락')
    await phone.is_in('dialling')
    box.advance(3)

    await phone.is_in('talking')
    await stands(box, queue_id, 'CONNECTED')


async def test_refusal_of_connect_is_said_and_changes_nothing(phone: CallScreen, box: Box) -> None:
    contact_id = await talking(phone, box)
    error = {'operation': 'softphone.holdConnection', 'error': 'InvalidStateException'}
    box.hand('POST', 'faults/errors', **error)

    await phone.presses('보류')

    await expect(phone.desk.get_by_text('통화의 지금 상태에서는 할 수 없습니다.')).to_be_visible()
    await phone.is_in('talking')
    await stands(box, contact_id, 'CONNECTED')
