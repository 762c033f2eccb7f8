"""The end of a chat on its customer's page: last words, the rating, a new chat. All of it goes when the chat goes on."""

from nicegui import ui

from desk import clock
from models import ChatStatus
from pages.component import Component
from pages.locale import _
from pages.parts.kit.markup import Piece, filled
from pages.parts.talk.ended import begin_anew, last_words
from pages.parts.talk.rating import TalkRating
from pages.web.talk_place import TalkPlace
from services.chats.events import ChatCard
from services.chats.ratings import may_be_rated
from services.chats.reopening import is_reopenable
from services.registry import Services
from services.settings.texts import CustomerTexts


class TalkEnding(Component):
    """Nothing to see before the end."""

    def __init__(self, services: Services, place: TalkPlace) -> None:
        super().__init__(services.topics)
        self._services, self._at = services, place
        self._rating: TalkRating | None = None
        with self:
            self._note = Piece().props('role=status tabindex=-1')
            self._rating_place = ui.element()
            self._again = Piece().classes('talk-again')

    def show(self, chat: ChatCard, texts: CustomerTexts) -> None:
        """Show the newest state of the chat."""
        if chat.status is not ChatStatus.CLOSED:
            self._clear()
            return
        words = last_words(chat, texts)
        if goes_on(chat):
            more = _('더 물어보실 것이 있으면 하루 안에는 아래에 이어서 써 주세요.')
            words += filled('<p class="talk-more">{more}</p>', more=more)
        self._note.classes('talk-ended').set_inside(words)
        self._again.set_inside(begin_anew(chat, self._at))
        if may_be_rated(chat) and self._rating is None:
            self.start(self._ask_for_rating(chat))

    def focus(self) -> None:
        """Put the focus on the last words."""
        self._note.run_method('focus')

    async def _ask_for_rating(self, chat: ChatCard) -> None:
        """Ask once how the chat with an agent was."""
        asked = await self.still(self._services.ratings.is_asked(chat.id))
        if self._rating is None and asked:
            with self._rating_place:
                self._rating = TalkRating(self._services, chat)
            await self._rating.open()

    def _clear(self) -> None:
        self._note.classes(remove='talk-ended').set_inside(filled(''))
        self._again.set_inside(filled(''))
        self._rating_place.clear()
        self._rating = None


def goes_on(chat: ChatCard) -> bool:
    """Whether an ended chat goes on when its customer writes."""
    return is_reopenable(chat, clock.now())
