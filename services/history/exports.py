"""Exports of the history: every contact that matches a filter and that the reader may see, in batches.

An export is not stored: it goes to its reader while it is read, so that an erasure need not search
files. Its progress is published as events; the person can stop it from any process. It stops by
itself before any row that its reader no longer has the rights to see.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import anyio
from typing_extensions import override

from desk import sheets
from desk.errors import ConflictError
from desk.events import Event, Topics
from desk.sheets import Cell, Rows
from models import Agent, AuditAction
from models.agent import AUTHORITY_FIELDS
from services.history.contact import Contact
from services.history.filter import FIELDS, HistoryFilter
from services.history.history import History
from services.people import agent_queries
from services.work.export_reasons import ExportWhy
from services.work.unit_of_work import UnitsOfWork

Row = Sequence[Cell]
"""A row of a file: one cell for each heading."""

BATCH = 500
TELL_EVERY_SECONDS = 0.25
FAREWELL_SECONDS = 5


class ExportFormat(StrEnum):
    """The file format of an export."""

    CSV = 'csv'
    XLSX = 'xlsx'


class ExportState(StrEnum):
    """The state of an export."""

    RUNNING = 'running'
    DONE = 'done'
    STOPPED = 'stopped'
    BROKEN = 'broken'
    """Its reader disconnected, or an error occurred."""


def export_topic(export_id: UUID) -> str:
    """Return the topic of one export."""
    return f'export:{export_id}'


class ExportMoved(Event):
    """The progress of an export."""

    export_id: UUID
    rows: int
    state: ExportState

    @override
    def topics(self) -> tuple[str, ...]:
        return (export_topic(self.export_id),)


class ExportToStop(Event):
    """The person who began an export wants it stopped."""

    export_id: UUID
    agent_id: UUID

    @override
    def topics(self) -> tuple[str, ...]:
        return (export_topic(self.export_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of a file, in its reader's language."""

    headings: Row
    row: Callable[[Contact], Row]
    stopped: str
    """The last line of a file that was stopped early."""


class Export:
    """One running export of this process."""

    def __init__(
        self,
        export_id: UUID,
        agent: Agent,
        kind: ExportFormat,
        contacts: AsyncGenerator[Contact],
        units: UnitsOfWork,
    ) -> None:
        self.id = export_id
        self.agent = agent
        self.kind = kind
        self.rows = 0
        self.state = ExportState.RUNNING
        self._contacts = contacts
        self._units = units
        self._told_at = 0.0

    async def file(self, words: Words) -> AsyncGenerator[bytes]:
        """Yield the file in chunks: a CSV from the first row on, an XLSX after the last.

        Raises:
            ConflictError: an XLSX was stopped (``export.stopped``), or is too long for Excel; no bytes were sent.
        """
        stream = sheets.csv_stream if self.kind is ExportFormat.CSV else sheets.xlsx_stream
        async with aclosing(stream(self._rows(words))) as parts:
            async for part in parts:
                yield part
        if self.state is ExportState.RUNNING:
            self.state = ExportState.DONE

    async def _rows(self, words: Words) -> AsyncGenerator[Rows]:
        yield [words.headings]
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                yield [words.row(contact) for contact in batch]
        if self.state is ExportState.STOPPED:
            self._check_empty_handed('export.stopped')
            yield [[words.stopped]]

    async def _batches(self) -> AsyncGenerator[list[Contact]]:
        batch: list[Contact] = []
        async with aclosing(self._contacts) as contacts:
            async for contact in contacts:
                batch.append(contact)
                if len(batch) == BATCH:
                    await self._check_rights()
                    if self.state is ExportState.RUNNING:
                        yield await self._gone(batch)
                    batch = []
                if self.state is ExportState.STOPPED:
                    return
        await self._check_rights()
        if self.state is ExportState.RUNNING:
            yield await self._gone(batch)

    async def _check_rights(self) -> None:
        """Stop when the reader's rights have changed since the export began."""
        async with self._units.db.reading() as session:
            now = await agent_queries.by_id(session, self.agent.id)
        if now is None or any(
            getattr(now, field) != getattr(self.agent, field) for field in AUTHORITY_FIELDS
        ):
            self.state = ExportState.STOPPED

    def hear(self, event: Event) -> None:
        """Stop when the person who began it asks for that."""
        if isinstance(event, ExportToStop) and event.agent_id == self.agent.id:
            self.state = ExportState.STOPPED

    async def tell(self) -> None:
        """Publish the progress."""
        moved = ExportMoved(export_id=self.id, rows=self.rows, state=self.state)
        await self._units.relay.whisper(moved)

    def _check_empty_handed(self, key: str) -> None:
        if self.kind is ExportFormat.XLSX:
            raise ConflictError(key, most=sheets.MAX_XLSX_ROWS)

    async def _gone(self, batch: list[Contact]) -> list[Contact]:
        self.rows += len(batch)
        if self.rows > sheets.MAX_XLSX_ROWS:
            self._check_empty_handed('export.too_long')
        if time.monotonic() - self._told_at >= TELL_EVERY_SECONDS:
            self._told_at = time.monotonic()
            await self.tell()
        return batch


class Exports:
    """Exports the history."""

    def __init__(self, units: UnitsOfWork, topics: Topics, history: History) -> None:
        self._units = units
        self._topics = topics
        self._history = history

    @asynccontextmanager
    async def running(
        self,
        agent: Agent,
        wanted: HistoryFilter,
        kind: ExportFormat,
        *,
        why: ExportWhy,
        export_id: UUID,
    ) -> AsyncIterator[Export]:
        """Run an export while the block runs.

        It is recorded in the audit log before its first row is sent. Raises ``InvalidInputError`` without a reason.
        """
        why = why.checked()
        contacts = self._history.rows(agent, wanted)
        export = Export(export_id, agent, kind, contacts, self._units)
        details: dict[str, object] = {'export': str(export_id), 'format': kind.value}
        begun = {**details, **why.details, 'filters': narrowed(wanted)}
        await self._record(agent, begun, reason=why.words)
        subscription = self._topics.subscribe(export_topic(export_id), export.hear)
        try:
            await export.tell()
            yield export
        finally:
            subscription.cancel()
            if export.state is ExportState.RUNNING:
                export.state = ExportState.BROKEN
            # A disconnecting reader cancels this task; the outcome is recorded nevertheless.
            with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
                await export.tell()
                await self._record(agent, {**details, 'rows': export.rows, 'end': export.state})

    async def stop(self, agent: Agent, export_id: UUID) -> None:
        """Stop an export of this person, in whichever process it runs."""
        await self._units.relay.whisper(ExportToStop(export_id=export_id, agent_id=agent.id))

    async def _record(self, agent: Agent, details: Mapping[str, object], reason: str = '') -> None:
        async with self._units.begin() as work:
            work.record(agent, AuditAction.HISTORY_EXPORTED, reason=reason, details=details)


def narrowed(wanted: HistoryFilter) -> list[str]:
    """Return the names of a filter's set fields; not the values, which may be personal data."""
    return [name for name, field in FIELDS.items() if getattr(wanted, field)]
