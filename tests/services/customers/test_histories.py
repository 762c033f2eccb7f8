"""Whatever people do to customers, in any order: counts are what a recount says, and nothing belongs to who is gone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import text

from desk.db import Database
from desk.errors import DeskError
from desk.settings import Settings
from models import Agent, CallEnding, ChatEnding, ChatStatus
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit
from services.registry import Services
from tests.support.make import Make
from tests.support.soaking import SOAKS

pytestmark = pytest.mark.slow

EXAMPLES = 300 if SOAKS else 25
DEEDS = (
    'link', 'link', 'link', 'register', 'call', 'end', 'merge', 'merge', 'merge', 'undo', 'undo', 'edit', 'note',
    'erase',
)  # fmt: skip
RECOUNT = """
    SELECT customers.id, total_chats, total_calls, last_contact_at,
        (SELECT count(*) FROM chat_sessions WHERE customer_id = customers.id) AS chats,
        (SELECT count(*) FROM calls WHERE customer_id = customers.id) AS calls,
        (SELECT max(at) FROM (
            SELECT coalesce(end_time, start_time) AS at FROM chat_sessions WHERE customer_id = customers.id
            UNION ALL SELECT coalesce(end_time, start_time) FROM calls WHERE customer_id = customers.id
        ) AS contacts) AS latest
    FROM customers
"""
BELONGING_TO_WHO_IS_GONE = """
    SELECT count(*) FROM customers
    WHERE merged_into_id IS NOT NULL AND (
        EXISTS (SELECT FROM chat_sessions WHERE customer_id = customers.id)
        OR EXISTS (SELECT FROM calls WHERE customer_id = customers.id)
        OR EXISTS (SELECT FROM notes WHERE customer_id = customers.id))
"""
# Whoever was parted from somebody who is deleted has lost the changes of the time between: they may tell of either.
UNVERSIONED = """
    SELECT count(*) FROM customers
    WHERE erased_at IS NULL AND merged_into_id IS NULL AND version <> (
        SELECT count(*) FROM customer_changes WHERE customer_id = customers.id AND customer_changes.version > 0)
    AND NOT EXISTS (
        SELECT FROM customer_merges JOIN customers AS other ON other.id = customer_merges.merged_id
        WHERE customer_merges.kept_id = customers.id AND undone_at IS NOT NULL AND other.erased_at IS NOT NULL)
"""

steps = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(DEEDS), strategies.integers(0, 5), strategies.integers(0, 5)
    ),
    min_size=8,
    max_size=30,
)


@dataclass
class History:
    """A desk with a few customers, to which things happen."""

    services: Services
    make: Make
    agent: Agent
    supervisor: Agent
    customers: list[UUID] = field(default_factory=list)
    merges: list[UUID] = field(default_factory=list)
    chats: list[UUID] = field(default_factory=list)
    refusals: int = 0

    async def do(self, deed: str, which: int, other: int) -> None:
        """Let one thing happen, or be refused."""
        one, two = (self.customers[at % len(self.customers)] for at in (which, other))
        try:
            await self._deeds()[deed](one, two)
        except DeskError:
            self.refusals += 1

    def _deeds(self) -> dict[str, Callable[[UUID, UUID], Awaitable[None]]]:
        return {name: getattr(self, f'_{name}') for name in {*DEEDS}}

    async def _link(self, one: UUID, _two: UUID) -> None:
        chat = await self.make.chat(agent=self.agent)
        await self.services.customers.link(self.agent, chat.id, one)
        self.chats.append(chat.id)

    async def _register(self, _one: UUID, _two: UUID) -> None:
        chat = await self.make.chat(status=ChatStatus.CLOSED, ending=ChatEnding.ABANDONED)
        linked = await self.services.customers.register(self.agent, chat.id)
        assert linked.customer_id
        self.customers.append(linked.customer_id)

    async def _call(self, one: UUID, _two: UUID) -> None:
        customer = await self.services.customer_records.customer(self.agent, one)
        await self.make.call(customer_id=customer.id, ending=CallEnding.CUSTOMER)

    async def _end(self, _one: UUID, _two: UUID) -> None:
        for chat_id in self.chats:
            await self.services.chats.end(self.agent, chat_id)

    async def _merge(self, one: UUID, two: UUID) -> None:
        preview = await self.services.customer_merging.preview(self.agent, one, two)
        done = await self.services.customer_merging.merge(
            self.agent, one, two, versions=preview.versions
        )
        self.merges.append(done.merge.id)

    async def _undo(self, one: UUID, _two: UUID) -> None:
        if self.merges:
            at = self.customers.index(one) % len(self.merges)
            await self.services.customer_merging.undo(self.agent, self.merges[at])

    async def _edit(self, one: UUID, _two: UUID) -> None:
        now = await self.services.customer_records.customer(self.agent, one)
        edit = CustomerEdit(version=now.version, memo=f'{now.version}번째', phones=('01055556666',))
        await self.services.customer_records.edit(self.agent, now.id, edit)

    async def _note(self, one: UUID, _two: UUID) -> None:
        await self.services.customer_notes.add(self.agent, one, '통화함')

    async def _erase(self, one: UUID, _two: UUID) -> None:
        await self.services.customer_erasure.erase(self.supervisor, one, ErasureReason.REQUEST)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
async def test_counts_are_right_after_anything(
    services: Services, make: Make, settings: Settings, steps: list[tuple[str, int, int]]
) -> None:
    history = History(services, make, await make.agent(), await make.supervisor())
    history.customers += [(await make.customer()).id for _ in range(4)]

    for step in steps:
        await history.do(*step)

    db = Database(settings.database_url, pool_size=1)
    async with db.statement() as connection:
        for row in await connection.execute(text(RECOUNT)):
            assert (row.total_chats, row.total_calls) == (row.chats, row.calls)
            assert row.last_contact_at == row.latest
        assert await connection.scalar(text(BELONGING_TO_WHO_IS_GONE)) == 0
        assert await connection.scalar(text(UNVERSIONED)) == 0
    await db.close()
