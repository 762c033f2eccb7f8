"""The files of a canned reply, beside its form."""

from collections.abc import Sequence
from uuid import UUID

from nicegui import ui

from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.kept_files import KeptFileActs, KeptFileRow, KeptFiles, size_in_words


class CannedFileList(KeptFiles):
    """The files of a reply that the person may change."""

    def __init__(self, context: PageContext, reply_id: UUID) -> None:
        """Draw the place; the list is read by itself."""
        files, agent = context.services.canned_files, context.agent

        async def read() -> Sequence[KeptFileRow]:
            return [
                KeptFileRow(
                    id=one.id, name=one.name, detail=size_in_words(one.size_bytes), may_remove=True
                )
                for one in await self.still(files.all(agent, reply_id))
            ]

        async def remove(file_id: UUID) -> None:
            await files.remove(agent, reply_id, file_id)

        path = f'/canned-replies/{reply_id}/files'
        acts = KeptFileActs(path=path, read=read, remove=remove, dialogs=context.dialogs)
        super().__init__(context.services.topics, acts)
        with self:
            ui.label(_('답변을 넣으면 함께 붙고, 메시지와 같이 나갑니다.')).classes('desk-hint')
        self.start(self.read())
