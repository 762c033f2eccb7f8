"""새 상담: the card of a chat that rings for this page's agent, with the seconds left and the reason for the offer."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk import clock
from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard
from services.floor.decision import Rule
from services.floor.reasons import Explanation


class OfferCards:
    """The cards of all chats that ring here, in the order in which they came."""

    def __init__(
        self, context: PageContext, host: ui.element, on_take: Callable[[UUID], Awaitable[None]]
    ) -> None:
        self._context, self._host, self._on_take = context, host, on_take
        self._cards: dict[UUID, OfferCard] = {}

    @property
    def first(self) -> 'OfferCard | None':
        """The card that keys act on."""
        return next(iter(self._cards.values()), None)

    def show(self, chat: ChatCard) -> None:
        """Show a chat that rings; again changes nothing."""
        if chat.id not in self._cards:
            with self._host:
                self._cards[chat.id] = OfferCard(self._context, chat, self._on_take)

    def end(self, chat_id: UUID) -> None:
        """Remove the card of a chat that rings no more; for any other nothing happens."""
        if (card := self._cards.pop(chat_id, None)) is not None:
            card.delete()

    def replace(self, chats: Iterable[ChatCard]) -> None:
        """Show exactly these chats."""
        ringing = {chat.id: chat for chat in chats}
        for chat_id in self._cards.keys() - ringing.keys():
            self.end(chat_id)
        for chat in ringing.values():
            self.show(chat)


class OfferCard(Component):
    """One offer. It is removed when the chat no longer rings here."""

    def __init__(
        self, context: PageContext, chat: ChatCard, on_take: Callable[[UUID], Awaitable[None]]
    ) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self._on_take = on_take
        self.chat_id = chat.id
        self.classes('desk-offer').props('role=alertdialog')
        self.props['aria-label'] = _('새 상담')
        with self:
            Piece(inside=_who(chat)).classes('desk-offer-who')
            self._why = ui.element('div').classes('desk-offer-why').props('aria-live=polite')
            with ui.element('div').classes('desk-offer-acts'):
                button(_('왜 나에게?'), self._explain, ButtonStyle.QUIET)
                button(_('거절'), self.refuse)
                button(_('수락'), self.take, ButtonStyle.PRIMARY)

    async def take(self) -> None:
        """Take the chat."""
        await self._on_take(self.chat_id)

    async def refuse(self) -> None:
        """Refuse the chat; it is offered to the next agent."""
        try:
            await self._context.services.offers.refuse(self._context.agent, self.chat_id)
        except DeskError as error:
            notices.tell(error)

    async def _explain(self) -> None:
        explanation = await self.still(
            self._context.services.explanations.of_chat(self._context.agent, self.chat_id)
        )
        self._why.clear()
        with self._why:
            ui.label(why(explanation) if explanation else _('배정 기록이 없습니다.'))


def why(explanation: Explanation) -> str:
    """Return in one sentence why a contact was offered to its agent."""
    sentences = {
        Rule.RETURNING: _('하루 안에 이 고객과 상담했기 때문입니다.'),
        Rule.ONLY_ONE: _('지금 받을 수 있는 상담원이 한 명뿐이었습니다.'),
        Rule.NOT_REFUSED: _('다른 상담원은 이 상담을 거절했거나 받지 않았습니다.'),
        Rule.CIRCLE: _('이 대기열을 맡은 부서의 상담원이기 때문입니다.'),
        Rule.LEVEL: _('이 상담에 필요한 숙련도가 가장 높습니다.'),
        Rule.LOAD: _('맡은 상담이 가장 적습니다.'),
        Rule.IDLE: _('가장 오래 상담이 없었습니다.'),
        Rule.ID: _('조건이 같은 상담원 가운데 정해진 순서였습니다.'),
        Rule.BY_HAND: _('팀장이 배정했습니다.'),
    }
    said = sentences[explanation.rule]
    if explanation.rule is Rule.BY_HAND:  # no candidates were compared
        return f'{said} {explanation.reason}'.rstrip()
    counted = _('후보 {count}명').format(count=explanation.candidates)
    return f'{said} ({counted})'


def _who(chat: ChatCard) -> Markup:
    expires = chat.offer_expires_at or clock.now()
    return filled(
        '<strong>{name}</strong> <span class="desk-tag">{department}</span>'
        '<time data-countdown="{until}"></time><p>{line}</p>',
        name=chat.visitor_name,
        department=chat.department,
        until=int(expires.timestamp() * 1000),
        line=chat.last_line,
    )
