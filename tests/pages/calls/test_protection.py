"""보호 in a call: one key opens it, the warning is read aloud, and the end hangs up through the softphone; one key rests."""

from nicegui import ui
from nicegui.testing import User

from models import Agent, AgentStatus
from services.registry import Services
from tests.pages.calls.conftest import Phone, a_call
from tests.pages.calls.test_recording import is_known
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

SHIFT_Q = {
    'action': 'keydown', 'repeat': False, 'key': 'Q', 'code': 'KeyQ', 'location': 0,
    'shiftKey': True, 'altKey': False, 'ctrlKey': False, 'metaKey': False,
}  # fmt: skip


async def test_call_is_warned_read_aloud_and_hung_up(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    contact_id = await phone.rings()
    await phone.answers(contact_id)
    await is_known(services, agent, contact_id)

    user.find(ui.keyboard).trigger('key', SHIFT_Q)
    await user.should_see('이 글을 소리 내어 읽으세요', retries=40)
    press(user, '읽었음: 경고 1/2')
    await user.should_see('읽었음: 경고 2/2', retries=40)
    press(user, '바로 종료')
    await until(lambda: ('hang_up', contact_id) in [(name, one.get('contact')) for name, one in phone.asked])  # fmt: skip
    phone.says(a_call(contact_id, 'ended'))
    await user.should_see('관리자에게 알렸고 대화를 기록으로 남겼습니다', retries=40)
    user.find(ui.keyboard).trigger('key', SHIFT_Q)
    await user.should_see('휴식 마치고 상담 가능', retries=40)

    call = await services.calls.of_contact(agent, contact_id)
    assert call is not None
    case = await services.protection.of_contact(agent, call.id)
    assert case is not None
    assert (case.warnings, case.ended_by_id) == (1, agent.id)
    assert (await services.agents.agent(agent.id)).base_status is AgentStatus.AWAY


async def test_caller_who_is_kept_apart_is_named_while_it_rings(
    phone: Phone, user: User, agent: Agent, services: Services, make: Make
) -> None:
    chat = await make.chat(agent=agent, visitor_phone='01055556666')
    case = await services.protection.open(agent, chat.id)
    await services.protection.end(agent, case.id)

    await phone.rings('+821055556666')

    await user.should_see('보호 조치로 다시 연결하지 않는 고객입니다', retries=40)
