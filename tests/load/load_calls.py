"""Believable calls, in any number, spread over a year."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from models import Agent, CallDirection, CallEnding, Priority

COLUMNS = (
    'id', 'created_at', 'start_time', 'answered_at', 'end_time', 'customer_id', 'agent_id', 'direction', 'priority',
    'department', 'phone', 'ending',
)  # fmt: skip
DAYS = 365
Row = tuple[object, ...]


def rows(
    customers: Sequence[tuple[UUID, str, str]],
    agents: Sequence[Agent],
    now: datetime,
    chance: random.Random,
    count: int,
) -> Iterator[Row]:
    """Yield calls of these customers (id, name, telephone) with these agents, the oldest first."""
    for made in range(count):
        start = now - timedelta(days=DAYS) * (1 - made / count) - timedelta(hours=2)
        customer_id, _, phone = chance.choice(customers)
        agent = chance.choice(agents)
        is_met = chance.random() < 0.9
        answered = start + timedelta(seconds=chance.triangular(3, 120, 12)) if is_met else None
        end = (answered or start) + timedelta(seconds=chance.triangular(20, 1_200, 150))
        yield (
            UUID(int=chance.getrandbits(128), version=4), start, start, answered, end, customer_id,
            agent.id if is_met else None,
            chance.choice((CallDirection.INBOUND,) * 3 + (CallDirection.OUTBOUND,)), Priority.MEDIUM,
            agent.department, phone,
            chance.choice((CallEnding.AGENT, CallEnding.CUSTOMER)) if is_met else CallEnding.ABANDONED,
        )  # fmt: skip
