"""Two people in one chat: where most browser tests begin."""

from uuid import uuid4

from playwright.async_api import BrowserContext

from models import Agent
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.make import Make


async def begin(desk: DeskScreen, talk: CustomerScreen, agent: Agent) -> None:
    """Bring both into one chat: the customer has said hello, the agent has taken it."""
    await talk.begins(agent.department)
    await talk.sends('안녕하세요')
    await desk.opens()
    await desk.takes('최유진')
    await desk.reads('안녕하세요')


async def seat_colleague(
    agent: Agent, centre: Centre, context: BrowserContext, make: Make
) -> DeskScreen:
    """Sign 이도윤 of the agent's department in, in a browser of their own; they open a screen next."""
    name = f'agent-{uuid4().hex[:8]}'
    await make.agent(username=name, department=agent.department, first_name='도윤', last_name='이')
    await centre.sign_in(context, name)
    return await centre.desk(context)
