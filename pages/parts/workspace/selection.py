"""The waiting contacts that a supervisor has picked, to act on all of them at once."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

from desk.events import Topics
from pages.component import Component
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard

Steer = Callable[[Sequence[ChatCard]], Awaitable[None]]


class Selection(Component):
    """The picked contacts, and above the list the buttons to pick and to act; hidden where picking is not allowed."""

    def __init__(
        self,
        topics: Topics,
        *,
        on_steer: Callable[[], Awaitable[None]],
        on_all: Callable[[], None],
        on_none: Callable[[], None],
    ) -> None:
        super().__init__(topics)
        self.classes('desk-selection').props('role=group')
        self.props['aria-label'] = _('고른 상담')
        self.ids: set[UUID] = set()
        with self:
            self._said = Piece('span').props('role=status')
            self._all = button(_('모두 고르기'), on_all, ButtonStyle.QUIET)
            self._none = button(_('고르기 취소'), on_none, ButtonStyle.QUIET)
            self._steer = button(_('배정·이동'), on_steer)
        self.show(is_on=False)

    def toggle(self, chat_id: UUID) -> None:
        """Pick a contact, or unpick it."""
        self.ids ^= {chat_id}
        self._say()

    def pick(self, chat_ids: Collection[UUID]) -> None:
        """Pick exactly these contacts."""
        self.ids = set(chat_ids)
        self._say()

    def drop(self, chat_id: UUID) -> None:
        """Unpick a contact that no longer waits here."""
        if chat_id in self.ids:
            self.toggle(chat_id)

    def show(self, *, is_on: bool) -> None:
        """Show or hide the buttons; hiding unpicks all."""
        self.set_visibility(is_on)
        self.pick(self.ids if is_on else ())

    def _say(self) -> None:
        count = len(self.ids)
        self._said.set_inside(
            filled('{text}', text=_('{count}건 고름', count=count) if count else '')
        )
        self._all.set_visibility(not count)
        self._none.set_visibility(bool(count))
