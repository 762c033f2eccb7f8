"""Believable ended chats and their messages, in any number, spread over a year of office hours."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from desk.tokens import hashed, new_token
from models import Agent, ChatEnding, ChatStatus, MessageType, Priority, Sender
from models.chat import LAST_LINE_CHARS
from services.demo.dialogues import DEPARTMENTS, PLOTS, conversation
from services.demo.history import facts

CHAT_COLUMNS = (
    'id', 'created_at', 'start_time', 'taken_at', 'end_time', 'customer_id', 'agent_id', 'status', 'ending',
    'priority', 'department', 'source', 'visitor_name', 'visitor_phone', 'token_hash', 'customer_seen_at', 'version',
    'last_number', 'last_message_at', 'last_line', 'last_agent_number', 'last_agent_id', 'agent_delivered_number',
    'agent_read_number', 'customer_delivered_number', 'customer_read_number',
)  # fmt: skip
MESSAGE_COLUMNS = (
    'id', 'chat_session_id', 'number', 'sender', 'sender_id', 'type', 'content', 'created_at',
)  # fmt: skip
DAYS = 365
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Chats and their messages, as rows of ``CHAT_COLUMNS`` and ``MESSAGE_COLUMNS``."""

    chats: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Makes ended chats of these customers (id, name, telephone) with these agents, the oldest first."""

    customers: Sequence[tuple[UUID, str, str]]
    agents: Sequence[Agent]
    now: datetime
    chance: random.Random

    def batches(self, messages: int, chats: int, *, batch: int = 2_000) -> Iterator[Batch]:
        """Yield ``messages`` messages in about ``chats`` chats; memory stays that of one batch."""
        left, made, current = messages, 0, Batch()
        while left > 0:
            share = min(1.0, made / chats)
            start = self.now - timedelta(days=DAYS) * (1 - share) - timedelta(hours=2)
            size = min(
                left, max(2, round(left / max(1, chats - made) * self.chance.uniform(0.4, 1.6)))
            )
            self._chat(current, start, size)
            made, left = made + 1, left - size
            if len(current.chats) == batch:
                yield current
                current = Batch()
        yield current

    def _chat(self, into: Batch, start: datetime, size: int) -> None:
        """Make a chat of ``size`` messages, the last of which is the desk's own."""
        chance = self.chance
        agent = chance.choice(self.agents)
        department = agent.department if agent.department in DEPARTMENTS else DEPARTMENTS[0]
        # A few call often: the customers are taken by a power of chance.
        customer_id, name, phone = self.customers[int(len(self.customers) * chance.random() ** 3)]
        chat_id = self._id()
        lines = self._lines(department, name, agent.name, size - 1)
        at, last_agent = start, 0
        for number, (is_agents, content) in enumerate(lines, start=1):
            at += timedelta(seconds=chance.triangular(3, 90, 12))
            last_agent = number if is_agents else last_agent
            sender = Sender.AGENT if is_agents else Sender.CUSTOMER
            sender_id = agent.id if is_agents else None
            into.messages.append(
                (self._id(), chat_id, number, sender, sender_id, MessageType.TEXT, content, at)
            )
        end = at + timedelta(seconds=30)
        into.messages.append(
            (
                self._id(),
                chat_id,
                size,
                Sender.SYSTEM,
                None,
                MessageType.ENDED_BY_AGENT,
                agent.name,
                end,
            )
        )
        into.chats.append(
            (
                chat_id, start, start, start, end, customer_id, agent.id, ChatStatus.CLOSED, ChatEnding.AGENT,
                chance.choice((Priority.MEDIUM,) * 8 + (Priority.LOW, Priority.HIGH)), department,
                chance.choice(('web', 'web', 'mobile')), name, phone, hashed(new_token()), at, size, size, at,
                lines[-1][1][:LAST_LINE_CHARS] if lines else '', last_agent, agent.id if last_agent else None,
                size, size, size, size,
            )
        )  # fmt: skip

    def _lines(self, department: str, name: str, agent: str, size: int) -> list[tuple[bool, str]]:
        lines: list[tuple[bool, str]] = []
        while len(lines) < size:
            known = facts(department, name, agent, self.chance)
            lines += conversation(self.chance.choice(PLOTS[department]), known, self.chance)
        return lines[:size]

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)
