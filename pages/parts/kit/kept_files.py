"""The list of files that are kept on something, with a place to add more."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from desk.events import Topics
from pages import notices
from pages.component import Component
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.file_drop import FileDrop
from pages.parts.kit.file_link import file_link
from pages.parts.kit.markup import Piece, filled

UNIT = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFileRow:
    """One file of the list; ``detail`` stands below its name."""

    id: UUID
    name: str
    detail: str
    may_remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFileActs:
    """Where the files are, and how they are read and deleted."""

    path: str
    """The address of the list; each file is below it, by its id."""
    read: Callable[[], Awaitable[Sequence[KeptFileRow]]]
    remove: Callable[[UUID], Awaitable[None]]
    dialogs: ui.element


class KeptFiles(Component):
    """The files, and the place to add one."""

    def __init__(self, topics: Topics, acts: KeptFileActs) -> None:
        super().__init__(topics, 'section')
        self._acts = acts
        self.classes('desk-kept-files').props['aria-label'] = _('파일')
        with self:
            ui.label(_('파일')).classes('desk-section').props('role=heading aria-level=3')
            self._rows = ui.element('div')
            FileDrop(acts.path, on_sent=self.read)

    async def read(self) -> None:
        """Read and draw the list; an error leaves it as it is, and is told."""
        try:
            rows = await self.still(self._acts.read())
        except DeskError as error:
            notices.tell(error)
            return
        self._rows.clear()
        with self._rows:
            for row in rows:
                self._draw(row)

    def _draw(self, row: KeptFileRow) -> None:
        with ui.element('div').classes('desk-kept-file'):
            inside = filled(
                '{link}<span class="desk-sub">{detail}</span>',
                link=file_link(f'{self._acts.path}/{row.id}', row.name),
                detail=row.detail,
            )
            Piece(inside=inside)
            if row.may_remove:
                drawn = button(_('삭제'), partial(self._ask, row), ButtonStyle.QUIET)
                drawn.props['aria-label'] = _('{name} 삭제', name=row.name)

    def _ask(self, row: KeptFileRow) -> None:
        with dialog.titled(self._acts.dialogs, _('파일을 삭제할까요?')) as opened:
            ui.label(_('{name}: 되살릴 수 없습니다.', name=row.name))

            async def remove() -> None:
                opened.close()
                try:
                    await self.still(self._acts.remove(row.id))
                except DeskError as error:
                    notices.tell(error)
                else:
                    notices.done(_('파일을 삭제했습니다'))
                await self.read()

            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                button(_('파일 삭제'), remove, ButtonStyle.DANGER).props('autofocus')


def size_in_words(size_bytes: int) -> str:
    """Return a size, ``840 KB`` or ``1.2 MB``."""
    if size_bytes < UNIT * UNIT:
        return f'{max(1, round(size_bytes / UNIT)):,} KB'
    return f'{size_bytes / UNIT / UNIT:.1f} MB'
