"""Factories: valid rows, with whatever a test wants to be different."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select

from desk import clock
from desk.db import Database
from desk.tokens import hashed, new_token
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    Call,
    CallDirection,
    Channel,
    ChatMood,
    ChatSession,
    ChatStatus,
    ContactCategory,
    Customer,
    Message,
    MessageSentiment,
    MoodTrend,
    Priority,
    Queue,
    Sender,
    Sentiment,
    SentimentSource,
    SignInAttempt,
    WrapUp,
    WrapUpEnding,
)
from models.priority import rank_at
from services.chats.notes import NewNote
from services.chats.outgoing import OutgoingMessage

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
            'status': AgentStatus.AVAILABLE,
        }
        values |= changes
        values.setdefault('base_status', values['status'])
        await self._queue_of(values['department'])
        return await self._kept(Agent(**values))

    async def queue(self, **changes: Any) -> Queue:
        """The queue of ``DEPARTMENT``, whose agents take from the list; made once, changed as asked."""
        values = {'name': DEPARTMENT, 'department': DEPARTMENT} | changes
        queue = await self._queue_of(values['department'], name=values['name'])
        async with self._db.transaction() as session:
            queue.sqlmodel_update(values)
            session.add(queue)
        return queue

    async def supervisor(self, **changes: Any) -> Agent:
        """A supervisor, who looks beyond departments."""
        return await self.agent(
            **({'role': AgentRole.SUPERVISOR, 'first_name': '지훈', 'last_name': '박'} | changes)
        )

    async def admin(self, **changes: Any) -> Agent:
        """An administrator."""
        return await self.agent(
            **({'role': AgentRole.ADMIN, 'first_name': '하늘', 'last_name': '정'} | changes)
        )

    async def customer(self, **changes: Any) -> Customer:
        """A customer on record."""
        return await self._kept(Customer(**({'name': '이민준', 'phone': '01012345678'} | changes)))

    async def chat(
        self, *, agent: Agent | None = None, lines: int = 0, **changes: Any
    ) -> ChatSession:
        """A chat: waiting, or held by ``agent``; ``lines`` messages of the customer stand in it.

        Of a linked customer its holder has said why they see all: ``contacts_shown_to=None`` is a link alone.
        """
        chat = await self._kept(await self._chat(agent, lines, changes))
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

    async def chats(self, count: int) -> None:
        """So many chats that wait, in one unit of work: far cheaper than one after the other."""
        queue = await self._queue_of(DEPARTMENT)
        chats = [await self._chat(None, 0, {'queue_id': queue.id}) for _ in range(count)]
        async with self._db.transaction() as session:
            session.add_all(chats)

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

    async def category(
        self, *names: str, parent: ContactCategory | None = None, queue: Queue | None = None
    ) -> ContactCategory:
        """A line of the tree of 상담 분류 below ``parent``, for all queues or one; its last node."""
        node = parent
        for name in names:
            node = await self._kept(
                ContactCategory(
                    name=name,
                    name_en=f'{name} (en)',
                    parent_id=node.id if node else None,
                    queue_id=queue.id if queue else None,
                )
            )
        assert node
        return node

    async def wrap_up(self, contact: ChatSession | Call, **changes: Any) -> WrapUp:
        """A 후처리 that the contact's agent did in 30 seconds."""
        is_chat = isinstance(contact, ChatSession)
        now = clock.now()
        values: dict[str, Any] = {
            'contact_id': contact.id,
            'channel': Channel.CHAT if is_chat else Channel.CALL,
            'agent_id': contact.agent_id,
            'queue_id': contact.queue_id,
            'created_at': now - timedelta(seconds=30),
            'done_at': now,
            'ending': WrapUpEnding.AGENT,
        }
        return await self._kept(WrapUp(**(values | changes)))

    async def judged(self, chat: ChatSession, *sentiments: Sentiment) -> ChatMood:
        """The first lines of a chat, judged as given; on the whole it sounds as the last of them."""
        async with self._db.transaction() as session:
            said = select(Message).where(col(Message.chat_session_id) == chat.id)
            lines = (await session.exec(said.order_by(col(Message.number)))).all()
            for line, sentiment in zip(lines, sentiments, strict=False):
                scores = {one.value: 0.91 if one is sentiment else 0.03 for one in Sentiment}
                mark = MessageSentiment(
                    message_id=line.id,
                    chat_session_id=chat.id,
                    number=line.number,
                    analysed_at=clock.now(),
                    source=SentimentSource.COMPREHEND,
                    sentiment=sentiment,
                    **scores,
                )
                session.add(mark)
        return await self._kept(
            ChatMood(
                chat_session_id=chat.id,
                source=SentimentSource.COMPREHEND,
                sentiment=sentiments[-1],
                trend=MoodTrend.WORSE,
                lines=len(sentiments),
                balance=-0.5,
                negative_in_a_row=1,
            )
        )

    async def failure(self, username: str, *, network: str) -> None:
        """A sign-in that failed."""
        await self._kept(SignInAttempt(username=username, address=network, source=network))

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

    async def kept(self, row: RowT) -> RowT:
        """A row as it is given."""
        return await self._kept(row)

    async def changed(self, row: RowT, **changes: Any) -> RowT:
        """A row that was changed past all services: nobody is told."""
        for name, value in changes.items():
            setattr(row, name, value)
        return await self._kept(row)

    def outgoing(
        self, chat: ChatSession | UUID, content: str = '안녕하세요', **changes: Any
    ) -> OutgoingMessage:
        """A message on its way in, by a writer who has seen everything."""
        chat_id = chat if isinstance(chat, UUID) else chat.id
        return OutgoingMessage(
            **({'id': uuid4(), 'chat_id': chat_id, 'content': content, 'seen': 1_000_000} | changes)
        )

    def note(
        self, chat: ChatSession | UUID, body: str = '확인 부탁드립니다', **changes: Any
    ) -> NewNote:
        """A private note on its way in."""
        chat_id = chat if isinstance(chat, UUID) else chat.id
        return NewNote(**({'id': uuid4(), 'chat_id': chat_id, 'body': body} | changes))

    async def _queue_of(self, department: str, *, name: str = '') -> Queue:
        """The queue of a department, as it is; made when it is not there."""
        row = Queue(name=name or department, department=department)
        async with self._db.transaction() as session:
            await session.exec(
                insert(Queue)
                .values(**row.model_dump())
                .on_conflict_do_nothing(index_elements=['name'])
            )
            return (await session.exec(select(Queue).where(col(Queue.name) == row.name))).one()

    async def _chat(self, agent: Agent | None, lines: int, changes: dict[str, Any]) -> ChatSession:
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
            values |= {'contacts_shown_to': agent.id} if 'customer_id' in changes else {}
        values |= changes
        values.setdefault('start_time', clock.now())
        if 'queue_id' not in values:
            values['queue_id'] = (await self._queue_of(values['department'])).id
        values.setdefault(
            'rank_at', rank_at(values['start_time'], values.get('priority', Priority.MEDIUM))
        )
        return ChatSession(**values)

    async def _kept(self, row: RowT) -> RowT:
        async with self._db.transaction() as session:
            session.add(row)
        return row
