"""The question to a customer who has not answered for a while, with the time that is left and a button to go on."""

from desk import clock
from desk.errors import DeskError
from pages import notices
from pages.component import Component
from pages.locale import _, customer_sentence, language
from pages.parts.kit.clock import Clocks, ClockUnits, milliseconds
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard
from services.registry import Services
from services.settings.texts import CustomerTexts, TextName


class TalkSilence(Component):
    """Nothing to see until the desk has asked."""

    def __init__(self, services: Services, chat: ChatCard) -> None:
        super().__init__(services.topics)
        self._silence, self._chat = services.silence, chat
        self._is_asking = False
        self.classes('talk-silence')
        with self:
            Clocks(ClockUnits(hour=_('시간'), minute=_('분')), now=clock.now())
            self._question = Piece('p').props('role=status').classes('talk-said')
            self._left = Piece('p')
            self._stay = Piece('button', inside=filled('{text}', text=_('계속 상담할게요')))
            self._stay.classes('talk-button talk-primary').props('type=button')
            self._stay.on('click', self._go_on)
        self._show_parts(is_asking=False)

    def show(self, chat: ChatCard, texts: CustomerTexts) -> bool:
        """Show the newest state of the chat; return whether the question has just come."""
        self._chat = chat
        due_at = chat.silence_due_at
        is_asking = chat.is_open and chat.silence_asked_at is not None and due_at is not None
        is_new = is_asking and not self._is_asking
        self._is_asking = is_asking
        own = texts.said(TextName.SILENCE_ASKED, language())
        words = own or _('아직 계신가요? 답이 없으면 상담이 종료돼요.')
        self._question.set_inside(filled('{words}', words=words if is_asking else ''))
        left = '{word} <time data-countdown="{until}"></time>' if is_asking else ''
        until = milliseconds(due_at) if due_at else 0
        self._left.set_inside(filled(left, word=_('남은 시간'), until=until))
        self._show_parts(is_asking=is_asking)
        return is_new

    def _show_parts(self, *, is_asking: bool) -> None:
        """Show the clock and the button; the live region stays, so that a screen reader hears it change."""
        self.classes(
            add='talk-asking' if is_asking else '', remove='' if is_asking else 'talk-asking'
        )
        self._left.set_visibility(is_asking)
        self._stay.set_visibility(is_asking)

    async def _go_on(self) -> None:
        try:
            chat = await self.still(self._silence.stay(self._chat.id))
        except DeskError as error:
            notices.stay(customer_sentence(language(), error))
            return
        if chat.silence_asked_at is None:
            notices.done(_('네, 계속 도와드릴게요.'))
