"""The imports of the last day, and undoing one of them."""

from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import ConflictError, DeskError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, text
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.customers.importing.undoing import (
    ImportChangedError,
    ImportUndone,
    LeftRecord,
    RecentImport,
)


class RecentImports(Component):
    """The imports of the last day, each with its 되돌리기 button."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self.classes('desk-import-runs')
        self._context = context
        self._import = context.services.customer_import

    async def show(self) -> None:
        """Draw the list anew; nothing when it is empty."""
        try:
            runs = await self.still(self._import.recent(self._context.agent))
        except DeskError as error:
            notices.tell(error)
            return
        if self.is_deleted:
            return
        self.clear()
        if not runs:
            return
        with self:
            ui.label(_('최근 하루 동안 가져온 것')).classes('desk-section').props(
                'role=heading aria-level=3'
            )
            for run in runs:
                with ui.element('div').classes('desk-import-run'):
                    Piece(inside=_line(run))
                    if not run.is_undone:
                        button(_('되돌리기'), partial(self._ask, run))

    async def undo(self, run_id: UUID) -> None:
        """Undo an import after a confirmation."""
        runs = await self.still(self._import.recent(self._context.agent))
        run = next((one for one in runs if one.run_id == run_id), None)
        if run is None or run.is_undone:
            notices.tell(ConflictError('import.undone'))
        else:
            await self._ask(run)

    async def _ask(self, run: RecentImport) -> None:
        with dialog.titled(self._context.dialogs, _('가져온 것을 되돌릴까요?')) as question:
            ui.label(
                _(
                    '새로 등록된 고객 {new}명은 지우고, 바뀐 고객 {changed}명은 가져오기 전으로 되돌립니다.',
                    new=f'{run.new:,}',
                    changed=f'{run.changed:,}',
                )
            )
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('되돌리기'), lambda: question.submit(True), ButtonStyle.DANGER)
        if await self._context.still(question):
            await self._undo(run)

    async def _undo(self, run: RecentImport, *, leaves_changed: bool = False) -> None:
        try:
            undone = await self._context.still(
                self._import.undo(self._context.agent, run.run_id, leaves_changed=leaves_changed)
            )
        except ImportChangedError as error:
            await self._ask_about_changed(run, error)
        except DeskError as error:
            notices.tell(error)
            await self.show()
        else:
            notices.done(_said(undone))
            await self.show()

    async def _ask_about_changed(self, run: RecentImport, error: ImportChangedError) -> None:
        """List the records that changed since the import, and ask whether to undo the others."""
        left = error.count
        with dialog.titled(self._context.dialogs, _('되돌릴 수 없는 고객이 있습니다')) as question:
            ui.label(text(language(), error.key, **error.values))
            Piece('ul', inside=Markup().join(map(_left, error.left))).classes('desk-import-left')
            if left > len(error.left):
                ui.label(_('처음 {count}명만 보입니다.', count=len(error.left))).classes(
                    'desk-hint'
                )
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                if left < run.new + run.changed:
                    wish = _('이 고객은 두고 나머지 되돌리기')
                    button(wish, lambda: question.submit(True), ButtonStyle.DANGER)
        if await self._context.still(question):
            await self._undo(run, leaves_changed=True)


def _line(run: RecentImport) -> Markup:
    return filled(
        '<time title="{full}">{at}</time> <b>{who}</b> <span>{what}</span>{undone}',
        full=times.full(run.at),
        at=times.moment(run.at),
        who=run.agent_name,
        what=_('새로 {new}명 · 바뀜 {changed}명', new=f'{run.new:,}', changed=f'{run.changed:,}'),
        undone=filled(' <span class="desk-tag">{word}</span>', word=_('되돌림'))
        if run.is_undone
        else '',
    )


def _left(record: LeftRecord) -> Markup:
    words = text(language(), record.reason)
    return filled(
        '<li><b>{name}</b> {code}: {why}</li>', name=record.name, code=record.code, why=words
    )


def _said(undone: ImportUndone) -> str:
    figures = {'removed': f'{undone.removed:,}', 'restored': f'{undone.restored:,}'}
    if not undone.left:
        return _('되돌렸습니다: 지움 {removed}명 · 되돌림 {restored}명', **figures)
    return _(
        '되돌렸습니다: 지움 {removed}명 · 되돌림 {restored}명 · 그대로 둠 {left}명',
        **figures,
        left=f'{undone.left:,}',
    )
