"""The demo desk's past: 400 ended chats of the last 30 days, as rows that the services would have stored.

Services use the current time, so past chats cannot go through them; the rows are made here, and
``test_seed`` checks them against the services' rules (numbers without gaps, marks, last line,
counts).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from desk import clock
from desk.tokens import hashed, new_token
from models import (
    Agent,
    ChatEnding,
    ChatSession,
    ChatStatus,
    Customer,
    CustomerStatus,
    Message,
    MessageType,
    Priority,
    Sender,
)
from models.chat import LAST_LINE_CHARS
from services.demo.dialogues import DEPARTMENTS, PLOTS, UNANSWERED, conversation, spoken
from services.demo.people import agents_of, queue_id

CHATS = 400
DAYS = 30
_HOURS = {9: 10, 10: 16, 11: 15, 12: 4, 13: 10, 14: 15, 15: 14, 16: 12, 17: 6}
"""How many chats begin in each hour of the day in Seoul, in proportion; fewer at noon."""
_PRODUCTS = ('무선 이어폰', '공기청정기', '전기포트', '스마트 전구', '무선 청소기', '가습기')
_CITIES = ('서울 송파', '경기 성남', '부산 해운대', '대전 유성', '인천 연수', '광주 북구', '제주')
_COURIERS = ('한빛택배', '바로택배', '푸른물류')
_CARDS = ('신용카드', '체크카드', '법인카드')


@dataclass(frozen=True, slots=True)
class Past:
    """Ended chats and their messages."""

    chats: list[ChatSession] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class _Telling:
    """One chat while its lines are being made."""

    chat: ChatSession
    at: datetime
    chance: random.Random
    messages: list[Message] = field(default_factory=list)

    def pause(self, least: float, most: float) -> None:
        self.at += timedelta(seconds=self.chance.triangular(least, most, least))

    def say(
        self, content: str, *, agent: Agent | None = None, kind: MessageType = MessageType.TEXT
    ) -> None:
        """Append a line: the agent's, the customer's, or the desk's own when it is not text."""
        chat = self.chat
        chat.last_number += 1
        chat.version += 1
        sender = Sender.SYSTEM
        if kind is MessageType.TEXT:
            sender = Sender.AGENT if agent else Sender.CUSTOMER
            chat.last_message_at, chat.last_line = self.at, content[:LAST_LINE_CHARS]
            if agent:
                chat.last_agent_number, chat.last_agent_id = chat.last_number, agent.id
            else:
                chat.customer_seen_at = self.at
        self.messages.append(
            Message(
                id=uuid4(),
                created_at=self.at,
                chat_session_id=chat.id,
                number=chat.last_number,
                sender=sender,
                sender_id=agent.id if agent and sender is Sender.AGENT else None,
                type=kind,
                content=content,
            )
        )

    def end(self, ending: ChatEnding, kind: MessageType, name: str) -> None:
        """End the chat; its agent, if any, and its customer have read everything."""
        self.say(name, kind=kind)
        chat = self.chat
        chat.status, chat.ending, chat.end_time = ChatStatus.CLOSED, ending, self.at
        chat.customer_delivered_number = chat.customer_read_number = chat.last_number
        if chat.agent_id:
            chat.agent_delivered_number = chat.agent_read_number = chat.last_number


def past(people: Sequence[Agent], customers: Sequence[Customer]) -> Past:
    """Return the past of these people."""
    chance = random.Random(400)  # noqa: S311 - reproducible, not a secret
    now, made = clock.now(), Past()
    served = [one for one in customers if one.status is not CustomerStatus.BLOCKED]
    regulars = [customer for customer in served for _ in range(chance.choice((1, 1, 2, 2, 3, 8)))]
    starts = sorted(_start(now, chance) for _ in range(CHATS))
    for count, start in enumerate(starts):
        department = DEPARTMENTS[count % len(DEPARTMENTS)]
        plot = PLOTS[department][count // len(DEPARTMENTS) % len(PLOTS[department])]
        agent = chance.choice(agents_of(people, department))
        chat = _chat(department, chance.choice(regulars), start, chance)
        telling = _Telling(chat, start, chance)
        if count % 21 == 20:
            _wait_in_vain(telling, plot)
        else:
            _converse(telling, agent, plot)
        made.chats.append(chat)
        made.messages.extend(telling.messages)
    return made


def facts(department: str, customer: str, agent: str, chance: random.Random) -> dict[str, str]:
    """Return the facts that a dialogue can mention."""
    day = clock.now().astimezone(clock.SEOUL) - timedelta(days=chance.randint(2, 6))
    return {
        'name': customer,
        'agent': agent,
        'department': department,
        'order': f'{day:%y%m%d}-{chance.randint(1_000, 9_999)}',
        'product': chance.choice(_PRODUCTS),
        'amount': f'{chance.randint(89, 1_990) * 100:,}원',
        'day': f'{day.month}월 {day.day}일',
        'city': chance.choice(_CITIES),
        'courier': chance.choice(_COURIERS),
        'invoice': str(chance.randint(100_000_000_000, 999_999_999_999)),
        'card': chance.choice(_CARDS),
    }


def _start(now: datetime, chance: random.Random) -> datetime:
    """Return a time in office hours of the last ``DAYS`` days, over an hour ago; fewer on Saturdays."""
    here = now.astimezone(clock.SEOUL)
    while True:
        day = here - timedelta(days=chance.randrange(DAYS))
        hour = chance.choices(list(_HOURS), list(_HOURS.values()))[0]
        minute, second = chance.randrange(60 if hour < 17 else 30), chance.randrange(60)
        start = day.replace(hour=hour, minute=minute, second=second, microsecond=0)
        is_staffed = start.weekday() < 5 or (start.weekday() == 5 and chance.random() < 0.2)
        if is_staffed and start < here - timedelta(hours=1):
            return start.astimezone(now.tzinfo)


def _chat(
    department: str, customer: Customer, start: datetime, chance: random.Random
) -> ChatSession:
    return ChatSession(
        id=uuid4(),
        created_at=start,
        start_time=start,
        customer_id=customer.id,
        department=department,
        queue_id=queue_id(department),
        source=chance.choice(('web', 'web', 'mobile')),
        priority=chance.choice((Priority.MEDIUM,) * 8 + (Priority.LOW, Priority.HIGH)),
        visitor_name=customer.name,
        visitor_phone=customer.phone,
        token_hash=hashed(new_token()),
        customer_seen_at=start,
        version=1,
    )


def _wait_in_vain(telling: _Telling, plot: str) -> None:
    """Make a chat that its customer left before anybody took it, and so without a linked record."""
    chat, chance = telling.chat, telling.chance
    chat.customer_id = None
    known = facts(chat.department, chat.visitor_name, '', chance)
    unanswered = plot.strip().split('\n>', maxsplit=1)[0].split('\n')
    for row in unanswered:
        telling.pause(5, 40)
        telling.say(spoken(row[2:], known, chance))
    if last := spoken(chance.choice(UNANSWERED), known, chance):
        telling.pause(60, 200)
        telling.say(last)
    telling.pause(60, 240)
    telling.end(ChatEnding.ABANDONED, MessageType.ABANDONED, chat.visitor_name)


def _converse(telling: _Telling, agent: Agent, plot: str) -> None:
    chat, chance = telling.chat, telling.chance
    known = facts(chat.department, chat.visitor_name, agent.name, chance)
    for is_agents, content in conversation(plot, known, chance):
        if is_agents and chat.taken_at is None:
            telling.pause(8, 240)
            _take(telling, agent)
        if is_agents:
            telling.pause(6 + len(content) * 0.2, 70)
        else:
            telling.pause(4, chance.choice((30, 60, 60, 180)))
        telling.say(content, agent=agent if is_agents else None)
    telling.pause(5, 90)
    if chance.random() < 0.7:
        telling.end(ChatEnding.AGENT, MessageType.ENDED_BY_AGENT, agent.name)
    else:
        telling.end(ChatEnding.CUSTOMER, MessageType.ENDED_BY_CUSTOMER, chat.visitor_name)


def _take(telling: _Telling, agent: Agent) -> None:
    telling.chat.agent_id, telling.chat.taken_at = agent.id, telling.at
    telling.say(agent.name, kind=MessageType.JOINED)
