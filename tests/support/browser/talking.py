"""Two people in one chat: where most browser tests begin."""

from models import Agent
from tests.support.browser.people import CustomerScreen, DeskScreen


async def begin(desk: DeskScreen, talk: CustomerScreen, agent: Agent) -> None:
    """Bring both into one chat: the customer has said hello, the agent has taken it."""
    await talk.begins(agent.department)
    await talk.sends('안녕하세요')
    await desk.opens()
    await desk.takes('최유진')
    await desk.reads('안녕하세요')
