"""라벨: the list of labels for one chat, found by letters or initials (초성); Enter sets or removes the marked one."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit import dialog
from pages.parts.kit.label_chips import chip
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.search_box import Answer, Option, SearchBox, SearchBoxLabels
from services.chats.events import ChatCard
from services.chats.labels import LabelView, matching

MOST = 12


class LabelDialog:
    """The open dialog; it stays open, so that several labels can be set, and follows the chat."""

    def __init__(
        self,
        context: PageContext,
        chat: ChatCard,
        labels: Sequence[LabelView],
        *,
        on_choose: Callable[[UUID], Awaitable[None]],
    ) -> None:
        """Open it.

        Args:
            context: the page.
            chat: the chat.
            labels: those that it may get.
            on_choose: sets the label, or removes it.
        """
        self._context, self._labels, self._on_choose = context, labels, on_choose
        self._set: tuple[UUID, ...] = ()
        self._rows: dict[UUID, Piece] = {}
        dialogs = context.dialogs
        title = _('라벨: {name} 님의 상담', name=chat.visitor_name)
        with dialogs, dialog.titled(dialogs, title) as self._opened:
            if not labels:
                ui.label(_('쓸 수 있는 라벨이 없습니다. 관리자가 설정에서 추가합니다.')).classes('desk-hint')  # fmt: skip
                return
            self._box = SearchBox(
                SearchBoxLabels(
                    placeholder=_('라벨 찾기'),
                    results=_('라벨'),
                    loading=_('찾고 있습니다'),
                    away=_('연결되면 찾습니다'),
                ),
                search=self._find,
                choose=self._chosen,
            )
            with ui.element('div').classes('desk-label-choices').props('role=group') as group:
                group.props['aria-label'] = _('라벨')
                for one in labels:
                    self._rows[one.id] = self._row(one)
            self._opened.on(
                'show', self._box.focus, args=[]
            )  # earlier the dialog takes the focus itself
        self.show(chat)

    def show(self, chat: ChatCard) -> None:
        """Show which labels the chat has now."""
        if self._opened.is_deleted:
            return
        self._set = chat.label_ids
        for label_id, row in self._rows.items():
            row.set_attribute('aria-pressed', 'true' if label_id in self._set else 'false')

    def _row(self, one: LabelView) -> Piece:
        piece = Piece('button', inside=chip(one)).classes('desk-label-choice').props('type=button')
        return piece.on('click', lambda: self._on_choose(one.id), args=[])

    async def _find(self, text: str) -> Answer:
        found = matching(self._labels, text, language())[:MOST]
        options = [Option(id=str(one.id), inside=self._option(one)) for one in found]
        return Answer(options=options, note='' if found else _('찾는 라벨이 없습니다.'))

    def _option(self, one: LabelView) -> Markup:
        is_set = filled('<span class="desk-sub">{text}</span>', text=_('붙어 있음'))
        return filled('{chip}{is_set}', chip=chip(one), is_set=is_set if one.id in self._set else '')  # fmt: skip

    async def _chosen(self, label_id: str) -> None:
        await self._context.still(self._on_choose(UUID(label_id)))
        if not self._opened.is_deleted:
            self._box.focus()
