"""Factories: valid rows, with whatever a test wants to be different."""

from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlmodel import SQLModel

from desk import clock
from desk.db import Database
from models import (
    Agent,
    AgentRole,
    Call,
    CallDirection,
    ChatSession,
    ChatStatus,
    Customer,
    Message,
    Sender,
)
from services.append_statement import Outgoing
from services.visits import hashed, new_token

RowT = TypeVar('RowT', bound=SQLModel)
DEPARTMENT = '주문·배송'
PASSWORD = 'desk-demo-1234'
# argon2id of PASSWORD at its cheapest (m=8, t=1, p=1): sign-in tests need many of them
PASSWORD_HASH = (
    '$argon2id$v=19$m=8,t=1,p=1$ZGVza2Rlc2tkZXNrZGVzaw$XzWXk1KzgDQlC30LZOw+JdrBDj3BI0Hr592eHVCddXU'
)


class Make:
    """Puts rows into the database, past all rules."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._count = 0

    async def agent(self, **changes: Any) -> Agent:
        """An agent of ``DEPARTMENT``."""
        self._count += 1
        username = changes.pop('username', f'agent-{self._count}')
        values: dict[str, Any] = {
            'username': username,
            'email': f'{username}@example.com',
            'password_hash': PASSWORD_HASH,
            'first_name': '서연',
            'last_name': '김',
            'department': DEPARTMENT,
        }
        return await self._kept(Agent(**(values | changes)))

    async def supervisor(self, **changes: Any) -> Agent:
        """A supervisor, who looks beyond departments."""
        return await self.agent(
            **({'role': AgentRole.SUPERVISOR, 'first_name': '지훈', 'last_name': '박'} | changes)
        )

    async def customer(self, **changes: Any) -> Customer:
        """A customer on record."""
        return await self._kept(Customer(**({'name': '이민준', 'phone': '01012345678'} | changes)))

    async def chat(
        self, *, agent: Agent | None = None, lines: int = 0, **changes: Any
    ) -> ChatSession:
        """A chat: waiting, or held by ``agent``; ``lines`` messages of the customer stand in it."""
        values: dict[str, Any] = {
            'department': agent.department if agent else DEPARTMENT,
            'source': 'web',
            'visitor_name': '최유진',
            'visitor_phone': '01098765432',
            'token_hash': hashed(new_token()),
            'last_number': lines,
            'version': 1,
        }
        if agent:
            values |= {'agent_id': agent.id, 'status': ChatStatus.ACTIVE, 'taken_at': clock.now()}
        chat = await self._kept(ChatSession(**(values | changes)))
        for number in range(1, lines + 1):
            await self._kept(
                Message(
                    chat_session_id=chat.id,
                    number=number,
                    sender=Sender.CUSTOMER,
                    content=f'{number}번째 줄',
                )
            )
        return chat

    async def call(self, *, agent: Agent | None = None, **changes: Any) -> Call:
        """A call that came in: ringing, or answered by ``agent``."""
        values: dict[str, Any] = {
            'department': agent.department if agent else DEPARTMENT,
            'direction': CallDirection.INBOUND,
            'phone': '01098765432',
        }
        if agent:
            values |= {'agent_id': agent.id, 'answered_at': clock.now()}
        return await self._kept(Call(**(values | changes)))

    async def line(self, chat_id: UUID, content: str = '아무도 듣지 못한 줄') -> None:
        """A message of the customer that was written past all services: nobody is told."""
        async with self._db.transaction() as session:
            chat = await session.get(ChatSession, chat_id, with_for_update=True)
            assert chat
            chat.last_number += 1
            chat.version += 1
            line = Message(
                chat_session_id=chat_id,
                number=chat.last_number,
                sender=Sender.CUSTOMER,
                content=content,
            )
            session.add_all([chat, line])

    def outgoing(
        self, chat: ChatSession | UUID, content: str = '안녕하세요', **changes: Any
    ) -> Outgoing:
        """A message on its way in, by a writer who has seen everything."""
        chat_id = chat if isinstance(chat, UUID) else chat.id
        return Outgoing(
            **({'id': uuid4(), 'chat_id': chat_id, 'content': content, 'seen': 1_000_000} | changes)
        )

    async def _kept(self, row: RowT) -> RowT:
        async with self._db.transaction() as session:
            session.add(row)
        return row
