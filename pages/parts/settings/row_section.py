"""A section whose rows are settings: a press on a row opens its form and its changes, N the form of a new one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from typing_extensions import override

from desk.errors import DeskError
from models import SettingKind
from pages import notices
from pages.locale import _
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.settings.edited_section import EditedSection
from pages.parts.settings.queues import refused
from pages.parts.settings.setting_editor import SettingEditor

Add = Callable[[Mapping[str, str]], Awaitable[object]]


class RowSection(EditedSection):
    """A list of settings of one kind."""

    kind: SettingKind

    def title_of(self, row_id: UUID) -> str:
        """Return the name of a row; empty when there is none."""
        raise NotImplementedError

    def fields_of(self, row_id: UUID) -> Sequence[FormField]:
        """Return the fields of a row's form."""
        raise NotImplementedError

    def draw_beside_form(self, row_id: UUID) -> None:
        """Draw what belongs to a row, beside its form."""

    @override
    async def show(self, subject_id: UUID) -> None:
        stored = await self.still(
            self.services.desk_settings.stored(self.agent, self.kind, subject_id)
        )
        with self:  # the pressed row may have been drawn anew meanwhile
            self.edited, title = subject_id, self.title_of(subject_id)

            def draw() -> None:
                self.draw_beside_form(subject_id)
                self.editor = SettingEditor(
                    self, self.kind, subject_id, self.fields_of(subject_id), stored, name=title
                )

            self.beside(title, draw)
            self.news()

    def draw_new(
        self, title: str, fields: Sequence[FormField], values: Mapping[str, str], add: Add
    ) -> None:
        """Draw the form of a new row; ``add`` is awaited with its values."""
        self.edited = self.editor = None

        def draw() -> None:
            form = EditForm(
                edit_labels(title),
                fields,
                FormRecord(values=dict(values), is_new=True),
                keep=f'desk.{self.kind}.new.{self.agent.id}',
            )

            async def save(filled: Filled) -> None:
                typed = {name: str(value or '') for name, value in filled.values.items()}
                try:
                    await self.still(add({**values, **typed}))
                except DeskError as error:
                    refused(form, error)
                else:
                    form.saved()
                    self.close()
                    notices.done(_('추가했습니다'))
                    await self.read_again()

            form.on_save(save)
            form.on_cancel(self.close)

        self.beside(title, draw)


def position_field() -> FormField:
    """Return the field of a row's place in a list that people choose from."""
    return FormField(
        name='position', label=_('순서'), kind='number', hint=_('작은 수가 목록의 위에 옵니다.')
    )


def use_field(hint: str) -> FormField:
    """Return the field that takes a row out of use; ``hint`` says what that means."""
    return FormField(
        name='is_active',
        label=_('상태'),
        kind='choice',
        options=[('yes', _('사용 중')), ('no', _('쓰지 않음'))],
        hint=hint,
    )
