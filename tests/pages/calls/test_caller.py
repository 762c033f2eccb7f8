"""발신 고객: what must be known of them stands beside the ring, and linking is one key."""

from datetime import timedelta

from nicegui.testing import User

from desk import clock
from models import Agent, CustomerStatus, RiskLevel
from services.customers.fields import CustomerEdit
from services.registry import Services
from tests.pages.calls.conftest import Phone
from tests.support.make import Make
from tests.support.pressing import press
from tests.support.until import until

NUMBER = '+821055556666'
KEPT = '01055556666'


async def customer_of(services: Services, agent: Agent, contact_id: str) -> object:
    call = await services.calls.of_contact(agent, contact_id)
    return call.customer_id if call else None


async def is_heard_of(services: Services, agent: Agent, contact_id: str) -> None:
    """Wait until the desk has heard of the call."""

    async def is_there() -> bool:
        return await services.calls.of_contact(agent, contact_id) is not None

    await until(is_there, seconds=15)


async def test_promises_notes_and_warnings_stand_beside_the_ring(
    phone: Phone, user: User, agent: Agent, make: Make, services: Services
) -> None:
    customer = await make.customer(
        name='한소희', phone=KEPT, risk_level=RiskLevel.HIGH, memo='욕설 이력 있음'
    )
    chat = await make.chat(agent=agent, customer_id=customer.id)
    await services.promises.make(agent, chat.id, '교환 회수 안내', clock.now() + timedelta(days=1))
    await services.customer_notes.add(agent, customer.id, '목소리가 작다고 하심')

    await phone.rings(NUMBER)

    await user.should_see('고위험 고객입니다', retries=40)
    await user.should_not_see('차단된 고객입니다')
    await user.should_see('욕설 이력 있음')
    await user.should_see('교환 회수 안내')
    await user.should_see('목소리가 작다고 하심', retries=40)
    block = CustomerEdit(version=customer.version, status=CustomerStatus.BLOCKED)
    await services.customer_records.edit(agent, customer.id, block)
    await user.should_see('차단된 고객입니다', retries=40)  # a colleague blocks them meanwhile


async def test_one_of_several_is_linked_and_taken_back(
    phone: Phone, user: User, agent: Agent, make: Make, services: Services
) -> None:
    await make.customer(name='김하나', phone=KEPT)
    named = await make.customer(name='김두리', phone=KEPT)
    contact_id = await phone.rings(NUMBER, attributes={'고객명': '김두리'})
    await is_heard_of(services, agent, contact_id)

    await user.should_see('이 번호를 쓰는 고객이 2명입니다', retries=40)
    await user.should_see('전화번호 같음 · 이름 다름')
    press(user, '연결 (Shift + C)')
    await user.should_see('김두리 고객과 연결했습니다', retries=40)
    assert await customer_of(services, agent, contact_id) == named.id

    await user.should_see('연결 해제', retries=40)
    press(user, '연결 해제')
    await user.should_see('연결을 해제했습니다', retries=40)
    assert await customer_of(services, agent, contact_id) is None


async def test_nobody_of_this_number_is_put_on_record(
    phone: Phone, user: User, agent: Agent, services: Services
) -> None:
    contact_id = await phone.rings(NUMBER, attributes={'고객명': '새손님'})
    await is_heard_of(services, agent, contact_id)

    await user.should_see('이 번호의 고객이 없습니다', retries=40)
    press(user, '고객 등록 (Shift + C)')
    await user.should_see('취소', retries=20)
    press(user, '등록')

    await user.should_see('새손님', retries=40)
    await user.should_see('연결 해제', retries=40)
    assert await customer_of(services, agent, contact_id) is not None
