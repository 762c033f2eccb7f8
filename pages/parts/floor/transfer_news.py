"""Transfers that concern this page's agent: a ringing card for each to accept, and a word on how one's own ended."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from desk.errors import DeskError
from desk.events import Resync
from models import TransferOutcome
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.sound import Sound
from services.chats.events import ChatCard
from services.chats.transfer_events import (
    TransferAsked,
    TransferEnded,
    TransferView,
    department_transfers_topic,
    transfer_topic,
)

RING = 'transfers'
"""The cause of ringing (see ``Sound``)."""


class TransferNews(Component):
    """The open requests to this agent, first asked first."""

    def __init__(
        self,
        context: PageContext,
        sound: Sound,
        *,
        on_accepted: Callable[[ChatCard], Awaitable[None]],
        is_ready: Callable[[], bool],
    ) -> None:
        """Follow the agent's transfers.

        Args:
            context: the page, whose place for offers holds the cards.
            sound: rings while a card is shown.
            on_accepted: opens the chat that was taken over.
            is_ready: whether the agent is available: others are not rung at by requests to their queue.
        """
        super().__init__(context.services.topics)
        self._context, self._agent, self._sound = context, context.agent, sound
        self._transfers = context.services.transfers
        self._on_accepted, self._is_ready = on_accepted, is_ready
        self._cards: dict[UUID, Piece] = {}
        agent = context.agent
        topics = (transfer_topic(agent.id), department_transfers_topic(agent.department))
        self.listen(topics, self._hear)  # before the page reads (``refresh``)

    @property
    def first(self) -> UUID | None:
        """The request that rings longest."""
        return next(iter(self._cards), None)

    async def refresh(self) -> None:
        """Read the open requests again."""
        found = await self.still(self._transfers.open_to(self._agent))
        to_me = [one for one in found if self._rings(one)]
        for transfer_id in self._cards.keys() - {one.id for one in to_me}:
            self._drop(transfer_id)
        for one in to_me:
            self._draw(one)

    async def accept(self, transfer_id: UUID) -> None:
        """Take the chat over and open it."""
        try:
            chat = await self.still(self._transfers.accept(self._agent, transfer_id))
        except DeskError as error:
            notices.tell(error)
            await self.refresh()
            return
        self._drop(transfer_id)
        await self._on_accepted(chat)

    async def refuse(self, transfer_id: UUID) -> None:
        """Refuse a request: the chat stays with who asked."""
        self._drop(transfer_id)
        try:
            await self._transfers.refuse(self._agent, transfer_id)
        except DeskError as error:
            notices.tell(error)

    def _hear(self, event: object) -> None:
        match event:
            case Resync():
                self.start(self.refresh())
            case TransferAsked() if self._rings(event.transfer):
                self._draw(event.transfer)
            case TransferAsked() | TransferEnded():
                self._drop(event.transfer.id)
                if isinstance(event, TransferEnded) and event.transfer.from_id == self._agent.id:
                    self._tell(event)

    def _rings(self, transfer: TransferView) -> bool:
        """Whether a request rings here: to the agent, or to the agent's queue while the agent is available."""
        if not transfer.is_for(self._agent.id, self._agent.department):
            return False
        return transfer.to_agent_id == self._agent.id or self._is_ready()

    def _draw(self, transfer: TransferView) -> None:
        if transfer.id in self._cards:
            return
        with (
            self._context.offers,
            Piece('div').classes('desk-offer').props('role=alertdialog') as card,
        ):
            card.props['aria-label'] = _('호전환')
            inside = filled(
                '<strong>{name}</strong> <span class="desk-tag">{kind}</span>'
                '<time data-countdown="{until}"></time><p>{said}</p><p class="desk-transfer-why">{reason}</p>',
                name=transfer.customer,
                kind=_('호전환'),
                until=int(transfer.expires_at.timestamp() * 1000),
                said=_('{name} 님이 넘기려고 합니다', name=transfer.from_name),
                reason=transfer.reason,
            )
            Piece(inside=inside).classes('desk-offer-who')
            with Piece('div').classes('desk-offer-acts'):
                # Run beside the card, which goes with it.
                button(_('거절'), lambda: self.start(self.refuse(transfer.id)))
                accept = button(
                    _('수락'), lambda: self.start(self.accept(transfer.id)), ButtonStyle.PRIMARY
                )
                accept.props['data-accept'] = 'transfer'
        self._cards[transfer.id] = card
        self._sound.ring(RING)

    def _drop(self, transfer_id: UUID) -> None:
        if (card := self._cards.pop(transfer_id, None)) is not None:
            card.delete()
        if not self._cards:
            self._sound.stop_ring(RING)

    def _tell(self, ended: TransferEnded) -> None:
        """Say how one's own request ended; what one did oneself needs no word."""
        words = {'name': ended.transfer.to_name, 'customer': ended.transfer.customer}
        match ended.outcome:
            case TransferOutcome.ACCEPTED:
                by = _('{by} 님이 {customer} 님의 상담을 넘겨받았습니다', by=ended.by, **words)
                notices.done(by)
            case TransferOutcome.REFUSED:
                self._sound.tick()
                notices.news(_('{name} 님이 {customer} 님의 상담을 거절했습니다. 상담은 그대로 내 것입니다.', **words))  # fmt: skip
            case TransferOutcome.MISSED:
                self._sound.tick()
                notices.news(_('{name} 님이 {customer} 님의 상담을 받지 않았습니다. 상담은 그대로 내 것입니다.', **words))  # fmt: skip
            case _:
                return
