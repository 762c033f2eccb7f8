"""Seeds a demo desk: people, their last 30 days, and running chats.

Everything current goes through the services, as customers and agents would do it;
``services.demo.queries.write_history`` writes the past. Later changes by users are never touched.

A seed that was killed continues where it was: the past is stored as a whole or not at all, every
running chat and line has an id that the services recognise, and the administrator, stored last,
marks the seed as complete.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from desk import clock
from desk.db import Database
from desk.settings import Settings, SettingsError
from models import Agent, ChatSession, ContactStep, Customer, WrapUp
from services.chats.outgoing import OutgoingMessage
from services.chats.visits import ChatStart
from services.demo import canned as seed_canned
from services.demo import history as seed_history
from services.demo import labels as seed_labels
from services.demo import people as seed_people
from services.demo import queries as seed_queries
from services.demo import records as seed_records
from services.demo import wrap_ups as seed_wrap_ups
from services.demo.dialogues import ORDERS, PAYMENTS, SUPPORT
from services.demo.steps import steps_of
from services.registry import Services

PATIENCE = timedelta(hours=12)
"""How long demo customers wait, because no real customer sends signs of life for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promised:
    """What the agent promised in one of their lines."""

    line: int
    """The number of the line in its chat, from 1."""
    body: str
    minutes: float
    """In so many minutes from the start of the desk it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _LiveChat:
    """A chat that is running when the desk starts.

    ``>`` begins a line of ``agent``, ``<`` of the customer.
    """

    minutes_ago: float
    department: str
    customer: int
    lines: tuple[str, ...]
    agent: str = ''
    is_linked: bool = False
    promised: _Promised | None = None

    @property
    def name(self) -> str:
        """The name from which its ids are derived."""
        return f'live chat of customer {self.customer}'


_WAITING = (
    _LiveChat(
        minutes_ago=6,
        department=ORDERS,
        customer=16,
        lines=('< 안녕하세요, 어제 주문한 거 오늘 출고되나요?', '< 내일 여행 가서요 ㅠㅠ'),
    ),
    _LiveChat(
        minutes_ago=4.5,
        department=PAYMENTS,
        customer=41,
        lines=('< 환불이 아직 안 들어왔어요', '< 지난주에 반품 보냈는데요', '< 확인 부탁드려요'),
    ),
    _LiveChat(
        minutes_ago=3.2,
        department=SUPPORT,
        customer=58,
        lines=('< 업데이트하고 나서 로그인이 안 돼요',),
    ),
    _LiveChat(
        minutes_ago=2.4,
        department=ORDERS,
        customer=73,
        lines=('< 배송지를 잘못 적었어요!! 급해요', '< 아직 바꿀 수 있죠?'),
    ),
    _LiveChat(
        minutes_ago=1.3,
        department=SUPPORT,
        customer=3,
        lines=('< 이어폰 한쪽에서 소리가 안 나요 😥', '< 산 지 한 달도 안 됐는데…'),
    ),
    _LiveChat(
        minutes_ago=0.4,
        department=ORDERS,
        customer=105,
        lines=('< 선물 포장도 되나요? 🎁',),
    ),
)
_ACTIVE = (
    _LiveChat(
        minutes_ago=9,
        department=ORDERS,
        customer=12,
        agent='agent1',
        is_linked=True,
        lines=(
            '< 주문한 가습기가 아직 안 왔어요. 배송이 멈춘 것 같아요',
            '> 안녕하세요, 주문·배송 상담원 김서연입니다. 바로 확인해 드릴게요.',
            '> 지금 물류센터에서 분류 중이고 오늘 밤에 출발할 예정이에요.',
            '< 그럼 내일 받을 수 있나요?',
            '< 오전에는 집에 사람이 없어요',
        ),
        promised=_Promised(line=3, body='출발했는지 보고 다시 알려 드리기', minutes=25),
    ),
    _LiveChat(
        minutes_ago=7,
        department=ORDERS,
        customer=27,
        agent='agent2',
        lines=(
            '< 색상 교환하고 싶어요',
            '> 안녕하세요, 상담원 이도윤입니다. 어떤 색으로 바꾸고 싶으세요?',
            '< 베이지로요. 배송비 내야 하나요?',
        ),
    ),
    _LiveChat(
        minutes_ago=5,
        department=ORDERS,
        customer=88,
        agent='agent3',
        is_linked=True,
        lines=(
            '< 아니 분명히 취소했는데 왜 배송이 와요',
            '> 놀라셨겠어요. 죄송해요. 취소하신 주문번호를 알려 주시겠어요?',
            '< 몰라요 그쪽에서 찾아보세요',
            '> 네, 성함과 번호로 찾아볼게요. 잠시만 기다려 주세요.',
            '< 얼마나 걸려요',
            '< ???',
        ),
    ),
)


async def seed(services: Services, db: Database, settings: Settings) -> bool:
    """Seed an empty desk, or continue a seed that was killed; return whether there was anything to do.

    A desk with other people is left unchanged. Call it before serving, because it moves this
    process's clock.

    Raises:
        SettingsError: this is a production desk, where demo accounts cannot exist.
    """
    if settings.is_production:
        message = 'Demo accounts cannot exist in production: DESK_ENV=production is never seeded.'
        raise SettingsError(message)
    async with db.transaction() as turn:
        await seed_queries.take_turns(turn)
        async with db.reading() as session:
            present = await seed_queries.people(session)
        if present - seed_people.worker_ids():
            return False
        *workers, administrator = await seed_people.staff()
        customers = seed_people.customers()
        if not present:
            seed_records.describe(customers)
            past = seed_history.past(workers, customers)
            everybody = [*customers, *seed_records.twins(customers, past.chats)]
            notes = seed_records.notes(past.chats)
            written = seed_wrap_ups.wrap_ups(past.chats)
            async with db.transaction() as session:
                await seed_queries.write_history(
                    session,
                    seed_people.queues(),
                    workers,
                    everybody,
                    past.chats,
                    past.messages,
                    notes,
                    seed_wrap_ups.categories(),
                    seed_canned.canned_replies(),
                    seed_labels.labels(),
                    written,
                    _steps(past.chats, written),
                )
        await _begin_the_day(_Player(services, settings), db, workers, customers)
        for worker in workers:  # nobody is at work until they sign in
            await services.accounts.sign_out_everywhere(None, worker.username)
        async with db.transaction() as session:
            await seed_queries.offer_contacts(session, seed_people.queue_id(ORDERS))
            await seed_queries.write_history(session, [administrator])
    return True


def _steps(chats: Sequence[ChatSession], written: Sequence[WrapUp]) -> list[ContactStep]:
    """Return the steps of past contacts, each contact's in the order in which they happened."""
    after = {one.contact_id: one for one in written}
    return [step for chat in chats for step in steps_of(chat, after.get(chat.id))]


async def _begin_the_day(
    player: '_Player', db: Database, people: Sequence[Agent], customers: Sequence[Customer]
) -> None:
    staff = {agent.username: agent for agent in people}
    played = [
        await player.play(live, customers[live.customer], staff.get(live.agent))
        for live in (*_ACTIVE, *_WAITING)
    ]
    async with db.transaction() as session:
        await seed_queries.keep_waiting(session, played, clock.now() + PATIENCE)


class _Player:
    """Creates running chats through the services; repeating it changes nothing."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._secret = settings.jwt_secret_key.get_secret_value()

    async def play(self, live: _LiveChat, customer: Customer, agent: Agent | None) -> UUID:
        """Create one chat, its lines spread over the minutes that it has lasted; return its id."""
        ago = timedelta(minutes=live.minutes_ago)
        pace = ago / (len(live.lines) + 1)
        form = ChatStart(
            name=customer.name,
            phone=customer.phone,
            department=live.department,
            token=self._token(live),
        )
        with clock.moved(-ago):
            chat = (await self._services.visits.start(form)).chat
        for count, line in enumerate(live.lines, start=1):
            words = OutgoingMessage(
                id=seed_people.seed_id(f'{live.name}, line {count}'),
                chat_id=chat.id,
                content=line[2:],
                seen=count + 1,
            )
            with clock.moved(pace * count - ago):
                if line.startswith('<') or agent is None:
                    await self._services.visits.write(words)
                else:
                    await _answer(
                        self._services, agent, words, customer if live.is_linked else None
                    )
        if agent is not None and (promised := live.promised) is not None:
            await self._services.promises.make(  # a repeat changes nothing
                agent,
                chat.id,
                promised.body,
                clock.now() + timedelta(minutes=promised.minutes),
                message_id=seed_people.seed_id(f'{live.name}, line {promised.line}'),
            )
        return chat.id

    def _token(self, live: _LiveChat) -> str:
        """Return the chat's token: the same at every try, and underivable without the desk's secret."""
        digest = hmac.digest(self._secret.encode(), live.name.encode(), hashlib.sha256)
        return self._services.visits.token_of(digest)


async def _answer(
    services: Services, agent: Agent, words: OutgoingMessage, customer: Customer | None
) -> None:
    await services.chats.take(agent, words.chat_id)  # a repeat changes nothing
    if customer:
        await services.customers.link(agent, words.chat_id, customer.id)
    message = await services.chats.reply(agent, words)
    await services.visits.mark(words.chat_id, read=message.number)
