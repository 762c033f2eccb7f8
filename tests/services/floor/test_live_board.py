"""The names in the lists of the board."""

from models import AgentStatus
from services.registry import Services
from tests.support.make import Make


async def test_callers_have_their_names_or_masked_numbers(services: Services, make: Make) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    customer = await make.customer(name='한지우')
    known = await make.call(customer_id=customer.id)
    unknown = await make.call(phone='01098765432')

    names = await services.board.callers(boss, [known.id, unknown.id])

    assert names == {known.id: '한지우', unknown.id: '010-****-5432'}


async def test_callers_of_other_departments_stay_unnamed(services: Services, make: Make) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE, departments=['결제'])
    theirs, own = await make.call(), await make.call(department='결제', phone='01098765432')

    names = await services.board.callers(boss, [theirs.id, own.id])

    assert names == {own.id: '010-****-5432'}
