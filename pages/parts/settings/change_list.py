"""The list of a setting's changes: who, when, before, after; each of them can be taken back."""

from collections.abc import Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import SettingKind
from pages import notices
from pages.locale import _
from pages.parts.kit import times
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.form_values import text_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import filled
from pages.parts.settings.section import Section
from services.settings.stored import Change

TAKE_BACK = '(event) => { const made = event.target.closest("[data-back]"); if (made) emit(made.dataset.back) }'
MOST_CHARS = 60
"""A longer value of a change is cut where it is listed."""


class ChangeList:
    """The last changes of one setting: who, when, and what it was before and after."""

    def __init__(
        self, section: Section, kind: SettingKind, subject_id: UUID, fields: Sequence[FormField]
    ) -> None:
        self._section, self._kind, self._subject_id = section, kind, subject_id
        self._fields = {one.name: one for one in fields}
        with ui.element('section').classes('desk-changes') as self._place:
            self._place.props['aria-label'] = _('변경 기록')
            ui.label(_('변경 기록')).classes('desk-section-title').props(
                'role=heading aria-level=3'
            )
            self._rows = Living()
            self._rows.on('click', self._take_back, js_handler=TAKE_BACK)

    def show(self, changes: Sequence[Change]) -> None:
        """Show the changes, newest first."""
        self._place.set_visibility(bool(changes))
        self._rows.set_inside(Markup().join(self._row(one) for one in changes))

    def _row(self, change: Change) -> Markup:
        lines = Markup().join(
            filled('<li>{line}</li>', line=self._line(name, change)) for name in change.after
        )
        what = lines if change.before else filled('<li>{added}</li>', added=_('새로 추가'))
        back = Markup()
        if change.can_be_taken_back:
            back = filled(
                '<button type="button" class="desk-button desk-quiet" data-back="{id}" aria-label="{label}">{text}</button>',
                id=change.id,
                label=_('되돌리기: {when} {who}', when=times.moment(change.at), who=change.by_name),
                text=_('되돌리기'),
            )
        return filled(
            '<div class="desk-change" data-key="{id}"><p><b>{who}</b> <time>{when}</time>{back}</p><ul>{what}</ul></div>',
            id=change.id,
            who=change.by_name,
            when=times.moment(change.at),
            back=back,
            what=what,
        )

    def _line(self, name: str, change: Change) -> Markup:
        field = self._fields.get(name)
        return filled(
            '{name}: <del>{before}</del> → <ins>{after}</ins>',
            name=field.label if field else name,
            before=_said(field, change.before.get(name, '')),
            after=_said(field, change.after[name]),
        )

    async def _take_back(self, event: GenericEventArguments) -> None:
        section = self._section
        try:
            change_id = UUID(text_of(event))
            await section.still(section.services.desk_settings.take_back(section.agent, change_id))
        except ValueError:
            return
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('되돌렸습니다'))
        await section.read_again()


def _said(field: FormField | None, value: str) -> str:
    """Return a value as it is listed: of a choice its name, a long one cut."""
    if field and field.kind == 'choice':
        value = next((name for one, name in field.options if one == value), value)
    text = ' / '.join(value.split('\n'))
    return (text if len(text) <= MOST_CHARS else f'{text[:MOST_CHARS]}…') or _('없음')
