"""A section in which a press on a row opens one setting beside the list."""

from uuid import UUID

from typing_extensions import override

from desk.errors import DeskError
from pages import notices
from pages.parts.settings.section import Section
from pages.parts.settings.setting_editor import SettingEditor
from services.people.events import SettingPart


class EditedSection(Section):
    """A list, and the form of the setting that was pressed last."""

    edited: UUID | None = None
    editor: SettingEditor | None = None

    async def show(self, subject_id: UUID) -> None:
        """Draw a setting's form and changes beside the list. Raises as reading the setting does."""
        raise NotImplementedError

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        # The open setting has the name of a queue beside it, not in it.
        if self.editor is not None and changed != {SettingPart.QUEUES}:
            self.start(self.editor.refresh())

    @override
    def close(self) -> None:
        self.edited = self.editor = None
        super().close()

    async def press(self, subject_id: str) -> None:
        """Open the form of a row; the open one stays as it is."""
        if subject_id == str(self.edited):
            return
        try:
            await self.still(self.show(UUID(subject_id)))
        except ValueError:
            return
        except DeskError as error:
            notices.tell(error)
