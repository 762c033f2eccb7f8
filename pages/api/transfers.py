"""``/transfers``: agents ask colleagues or queues to take a chat over, and accept or refuse (호전환)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from models.audit import MAX_REASON_CHARS
from pages.api.rate_limit import rate_limit
from pages.api.shapes import CHAT_EXAMPLE, Chat, Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.chats.transfer_events import TransferView
from services.floor.transfers import NewTransfer
from services.registry import Services

COLLEAGUE = '7d9f1c0e-8c5e-4b0a-8d1f-2f3a4b5c6d7e'
TRANSFER_EXAMPLE: dict[str, Any] = {
    'id': '2c4d6e8f-1a3b-4c5d-8e7f-9a0b1c2d3e4f',
    'chat_session_id': CHAT_EXAMPLE['id'],
    'customer': '최유진',
    'last_line': '주문한 상품이 아직 안 왔어요',
    'from_id': CHAT_EXAMPLE['agent_id'],
    'from_name': '김서연',
    'to_agent_id': COLLEAGUE,
    'to_queue_id': None,
    'to_name': '이도윤',
    'reason': '환불은 결제팀에서',
    'asked_at': '2026-11-02T01:32:00Z',
    'expires_at': '2026-11-02T01:32:20Z',
}


class TransferItem(BaseModel):
    """An open request: who asks whom, why, and until when. The chat stays with ``from_id`` until it is accepted."""

    model_config = shown_as(TRANSFER_EXAMPLE)

    id: UUID
    chat_session_id: UUID
    customer: str
    last_line: str
    from_id: UUID
    from_name: str
    to_agent_id: UUID | None
    to_queue_id: UUID | None
    to_name: str
    reason: str
    asked_at: AwareDatetime
    expires_at: AwareDatetime

    @classmethod
    def of(cls, one: TransferView) -> 'TransferItem':
        """Return a transfer as the API shows it."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class TransferItems(BaseModel):
    """The open requests that the reader may accept, and those they asked for."""

    model_config = shown_as({'to_me': [TRANSFER_EXAMPLE], 'from_me': []})

    to_me: list[TransferItem]
    from_me: list[TransferItem]


class TransferToAsk(BaseModel):
    """A request to take a chat over: exactly one of ``agent_id`` and ``queue_id``, and the reason in words."""

    model_config = shown_as(
        {
            'chat_session_id': CHAT_EXAMPLE['id'],
            'agent_id': COLLEAGUE,
            'reason': TRANSFER_EXAMPLE['reason'],
        }
    )

    chat_session_id: UUID
    reason: Annotated[Text, Field(min_length=1, max_length=MAX_REASON_CHARS)]
    agent_id: UUID | None = None
    queue_id: UUID | None = None
    category_id: UUID | None = None


def router(services: Services) -> APIRouter:
    """Serve the transfers."""
    api = APIRouter(
        prefix='/transfers',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    transfers = TransferOperations(services)
    changed = refusals(409, 413)
    add, one = api.add_api_route, '/{transfer_id}'
    add('', transfers.open_ones, summary='Open transfers (호전환)')
    add(
        '', transfers.ask, methods=['POST'], summary='Ask for a chat to be taken over',
        responses=changed,
    )  # fmt: skip
    add(f'{one}/accept', transfers.accept, methods=['POST'], summary='Accept', responses=changed)
    add(
        f'{one}/refuse', transfers.refuse, methods=['POST'], status_code=204, summary='Refuse',
        responses=changed,
    )  # fmt: skip
    add(
        f'{one}/withdraw', transfers.withdraw, methods=['POST'], status_code=204,
        summary='Take a request back', responses=changed,
    )  # fmt: skip
    return api


class TransferOperations:
    """The operations of ``/transfers``, one method each."""

    def __init__(self, services: Services) -> None:
        self._transfers = services.transfers

    async def open_ones(self, staff: SignedIn) -> TransferItems:
        """Return the open requests that concern the reader, first to time out first."""
        found = await self._transfers.open_for(staff.agent)
        return TransferItems(
            to_me=[TransferItem.of(one) for one in found.to_me],
            from_me=[TransferItem.of(one) for one in found.from_me],
        )

    async def ask(self, staff: SignedIn, asked: TransferToAsk) -> TransferItem:
        """Ask a colleague, or the available agents of a queue, to take a chat over."""
        new = NewTransfer(
            chat_id=asked.chat_session_id,
            reason=asked.reason,
            agent_id=asked.agent_id,
            queue_id=asked.queue_id,
            category_id=asked.category_id,
        )
        return TransferItem.of(await self._transfers.ask(staff.agent, new))

    async def accept(self, staff: SignedIn, transfer_id: UUID) -> Chat:
        """Take the chat over with its draft, notes and 상담 분류. When several accept at once, one gets it."""
        return Chat.shown_to(staff.agent, await self._transfers.accept(staff.agent, transfer_id))

    async def refuse(self, staff: SignedIn, transfer_id: UUID) -> None:
        """Refuse; a request to a queue goes on until all its available agents have refused."""
        await self._transfers.refuse(staff.agent, transfer_id)

    async def withdraw(self, staff: SignedIn, transfer_id: UUID) -> None:
        """Take one's own request back."""
        await self._transfers.withdraw(staff.agent, transfer_id)
