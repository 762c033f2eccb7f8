"""The form of one setting, and below it the list of its changes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from desk.errors import DeskError
from models import SettingKind
from pages import notices
from pages.component import still
from pages.locale import _
from pages.parts.kit.edit_form import EditForm, Filled, FormField, FormRecord
from pages.parts.kit.edit_labels import edit_labels
from pages.parts.settings.change_list import ChangeList
from pages.parts.settings.queues import refused
from pages.parts.settings.section import Section
from services.settings.stored import SettingChangedError, Stored


class SettingEditor:
    """One setting in the side of a section: its form, and its changes."""

    def __init__(
        self,
        section: Section,
        kind: SettingKind,
        subject_id: UUID,
        fields: Sequence[FormField],
        stored: Stored,
        *,
        name: str,
    ) -> None:
        """Draw the form with ``stored`` in it; ``refresh`` fills the list of changes."""
        self._section, self._kind, self._subject_id = section, kind, subject_id
        self._settings = section.services.desk_settings
        self._form = EditForm(
            edit_labels(name),
            fields,
            FormRecord(values=_values(fields, stored.values), version=stored.version),
            keep=f'desk.{kind}.{subject_id}.{section.agent.id}',
        )
        self._fields = fields
        self._form.on_save(self._save)
        self._form.on_cancel(section.close)
        self._changes = ChangeList(section, kind, subject_id, fields)

    async def refresh(self) -> None:
        """Pass what a colleague changed meanwhile to the form, and draw the changes."""
        section = self._section
        now, changes = await still(
            self._form, self._settings.with_changes(section.agent, self._kind, self._subject_id)
        )
        self._form.news(now.version, _values(self._fields, now.values), now.by_name)
        self._changes.show(changes)

    async def _save(self, form: Filled) -> None:
        section = self._section
        values = {name: str(value or '') for name, value in form.values.items()}
        try:
            await section.still(
                self._settings.edit(
                    section.agent, self._kind, self._subject_id, values, version=form.version
                )
            )
        except SettingChangedError as error:
            await section.still(self.refresh())
            notices.tell(error)
        except DeskError as error:
            refused(self._form, error)
        else:
            self._form.saved()
            notices.done(_('저장했습니다'))
            await section.read_again()


def _values(fields: Sequence[FormField], values: Mapping[str, str]) -> dict[str, str]:
    return {one.name: values.get(one.name, '') for one in fields}
