"""약속 제안: asks the agent whether an own message that names an action and a time is a promise.

It stands below the reply box, so that Tab leads to it, and takes no focus. Nothing is recorded unless the agent confirms it by
a key or a press; the time can be corrected first.
"""

from collections.abc import Awaitable
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import field_moment, field_value
from services.chats.events import ChatMessage
from services.contacts.promise_view import promised_topic
from services.contacts.promises import PromiseOffer
from services.text.promise_lines import promised

READ_SECONDS = 0.2
VALUE_OF_FIELD = '(event) => emit(event.target.value)'


class PromiseOffers(Component):
    """The newest message to decide on; hidden when there is none."""

    def __init__(self, context: PageContext, chat_id: UUID) -> None:
        super().__init__(context.services.topics)
        self._context, self._chat_id = context, chat_id
        self._promises = context.services.promises
        self._offer: PromiseOffer | None = None
        self.classes('desk-promise-place').props('aria-live=polite')
        self.listen(promised_topic(chat_id), lambda _event: self._ask(), draws=False)
        self.start(self._read())

    def hear(self, message: ChatMessage) -> None:
        """Check a message that was just sent."""
        is_own = message.sender_id == self._context.agent.id
        if is_own and promised(message.content, message.created_at) is not None:
            self._ask()

    @property
    def is_asking(self) -> bool:
        """Return whether there is a message to decide on."""
        return self._offer is not None

    async def confirm(self) -> None:
        """Record the promise, with the time in the field."""
        if (offer := self._offer) is None:
            return
        agent = self._context.agent
        make = self._promises.make(
            agent, self._chat_id, offer.body, self._due, message_id=offer.message_id
        )
        if await self.still(self._try(make)):
            notices.done(_('약속을 남겼습니다'))

    async def dismiss(self) -> None:
        """Record that the message is no promise."""
        if self._offer is not None:
            dismiss = self._promises.dismiss(self._context.agent, self._offer.message_id)
            await self.still(self._try(dismiss))

    async def _try(self, act: Awaitable[object]) -> bool:
        """Await an action and show the next message; show an error."""
        try:
            await self.still(act)
        except DeskError as error:
            notices.tell(error)
            return False
        await self.still(self._read())
        return True

    def _ask(self) -> None:
        self.soon(self._read, at_most_every=READ_SECONDS)

    async def _read(self) -> None:
        offers = await self.still(self._promises.offers(self._context.agent, self._chat_id))
        offer = next(iter(offers), None)
        if offer == self._offer:
            return
        self._offer = offer
        self.clear()
        if offer is not None:
            self._due = offer.due_at
            with self:
                self._draw(offer)

    def _draw(self, offer: PromiseOffer) -> None:
        with ui.element('section').classes('desk-promise-offer').props('role=region') as region:
            region.props['aria-label'] = _('약속 제안')
            Piece(
                inside=filled(
                    '<b>{question}</b> <span dir="auto">{body}</span>',
                    question=_('약속으로 남길까요?'),
                    body=offer.body,
                )
            )
            field = Piece('input').classes('desk-input').props('type=datetime-local')
            field.props['aria-label'] = _('약속 시간')
            field.props['value'] = field_value(offer.due_at)
            field.on('change', self._set_due, js_handler=VALUE_OF_FIELD)
            button(_('아니요'), self.dismiss).props['title'] = 'N'
            button(_('약속 남기기'), self.confirm, ButtonStyle.PRIMARY).props['title'] = 'P'

    def _set_due(self, event: GenericEventArguments) -> None:
        due = field_moment(event.args) if isinstance(event.args, str) else None
        if due is not None:
            self._due = due
