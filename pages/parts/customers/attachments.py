"""The files on a customer, on the customer's page and beside a chat."""

from collections.abc import Sequence
from uuid import UUID

from desk.events import Resync
from pages.context import PageContext
from pages.parts.kit import times
from pages.parts.kit.kept_files import KeptFileActs, KeptFileRow, KeptFiles, size_in_words
from services.customers.events import CustomerChanged, CustomerPart, customer_topic


class CustomerFilesPart(KeptFiles):
    """The files of one customer, kept current."""

    def __init__(self, context: PageContext, customer_id: UUID) -> None:
        """Draw the place; the list is read by itself."""
        files, agent = context.services.customer_attachments, context.agent

        async def read() -> Sequence[KeptFileRow]:
            return [
                KeptFileRow(
                    id=one.id,
                    name=one.name,
                    detail=f'{size_in_words(one.size_bytes)} · {one.by} · {times.short(one.at)}',
                    may_remove=one.may_remove,
                )
                for one in await self.still(files.all(agent, customer_id))
            ]

        async def remove(file_id: UUID) -> None:
            await files.remove(agent, customer_id, file_id)

        path = f'/customers/{customer_id}/files'
        acts = KeptFileActs(path=path, read=read, remove=remove, dialogs=context.dialogs)
        super().__init__(context.services.topics, acts)
        self.listen(customer_topic(customer_id), self._hear)
        self.start(self.read())

    def _hear(self, event: object) -> None:
        is_theirs = isinstance(event, CustomerChanged) and event.part in (
            CustomerPart.FILES,
            CustomerPart.MERGED,
            CustomerPart.PARTED,
        )
        if is_theirs or isinstance(event, Resync):
            self.start(self.read())
