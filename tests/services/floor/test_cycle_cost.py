"""What one contact costs the database, from its customer's start to the end of its 후처리: a ceiling for each step.

On a busy floor the desk's processors are spent on round trips to the database. A step that makes more than its
ceiling makes every agent wait; one that makes fewer lowers the ceiling here.
"""

from collections.abc import Iterable

import pytest

from models import Agent, AgentStatus, QueueMode
from services.chats.visits import ChatStart
from services.registry import Services
from tests.support.make import Make
from tests.support.round_trips import RoundTrips, count_round_trips, counted

ALONE = {'start': 7, 'offer': 11, 'take': 7, 'end': 10, 'wrap-up': 9}
"""The most round trips of each step: statements, signs of life, BEGIN and COMMIT."""
BESIDE_ANOTHER = ALONE | {'take': 6, 'end': 9, 'wrap-up': 8}
"""Of an agent who has another chat, too: their state stays, so that their row is not written and nobody is told."""
NOTHING_TO_DO = 1
"""Those of a round while nobody is able: that is most rounds of a busy floor."""
WARM = 2
"""Contacts before the one that counts: the first of a kind compiles statements and opens connections."""

Costs = dict[str, RoundTrips]


@pytest.mark.parametrize(('others', 'ceilings'), [(0, ALONE), (1, BESIDE_ANOTHER)])
async def test_contact_costs_few_round_trips(
    services: Services,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    others: int,
    ceilings: dict[str, int],
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    agent = await make.agent(chat_capacity=1 + others)
    for _ in range(others):
        await make.chat(agent=agent)
        await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)  # 상담 중 from now on
    count_round_trips(monkeypatch)

    for number in range(WARM):
        await _cycle(services, agent, number)
    costs = await _cycle(services, agent, WARM)

    print(_table(costs))
    over = {step: cost.total for step, cost in costs.items() if cost.total > ceilings[step]}
    assert not over, _listed(costs, over)


async def test_round_without_an_able_agent_costs_next_to_nothing(
    services: Services, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.queue(mode=QueueMode.PUSH)
    agent = await make.agent(chat_capacity=1)
    await make.chat(agent=agent)
    await make.chat()
    count_round_trips(monkeypatch)
    await services.router.run()

    with counted() as cost:
        await services.router.run()

    assert cost.total <= NOTHING_TO_DO, _listed({'round': cost}, ['round'])


async def _cycle(services: Services, agent: Agent, number: int) -> Costs:
    """Let one customer come, be offered, be taken and be done; return what each step cost."""
    costs: Costs = {}
    form = ChatStart(name='고객', phone=f'0101234{number:04}', department='주문·배송')
    with counted() as costs['start']:
        chat = (await services.visits.start(form)).chat
    with counted() as costs['offer']:
        assert await services.router.run() == 1
    with counted() as costs['take']:
        await services.chats.take(agent, chat.id)
    with counted() as costs['end']:
        await services.chats.end(agent, chat.id)
    with counted() as costs['wrap-up']:
        await services.wrap_ups.finish(agent, chat.id)
    return costs


def _table(costs: Costs) -> str:
    lines = [
        f'{step:8} {cost.total:3} round trips: {len(cost.statements):2} statements, {cost.transactions} transactions, '
        f'{cost.pings} signs of life; {cost.cpu_milliseconds:.1f} ms of the processor'
        for step, cost in costs.items()
    ]
    return '\n'.join([*lines, f'in all   {sum(cost.total for cost in costs.values())}'])


def _listed(costs: Costs, steps: Iterable[str]) -> str:
    """Return what these steps sent, one statement a line."""
    lines = [_table(costs)]
    for step in steps:
        lines += [step, *(' '.join(one.split())[:160] for one in costs[step].statements)]
    return '\n'.join(lines)
