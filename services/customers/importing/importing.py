"""Imports customers from a sheet: inspected, tried, and then stored as a whole or not at all.

A row matches a customer with its customer number, or the only customer with its phone number;
otherwise it is a new customer. An empty cell changes nothing. A separate process reads the sheet;
the rows go into the database by COPY, in one transaction for the whole file. A trial is the same
transaction, rolled back at its end.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from desk.worker_process import WorkerError, WorkerLargeError, WorkerSlowError, worker_process
from models import Agent, AuditAction, ImportRun
from services.chats.blocking import end_chats_of_all_blocked
from services.customers.events import CustomerChanged, PhonesForgotten
from services.customers.importing import queries, undo_queries, undoing
from services.customers.importing.changes import OtherPerson, RecordChange
from services.customers.importing.columns import Column
from services.customers.importing.files import ImportFile
from services.customers.importing.sheet import RowFault
from services.customers.importing.sheet_worker import FAULTS, FAULTY, ROWS
from services.customers.importing.tables import Headings, SheetChoice
from services.customers.importing.undoing import MAX_TOLD, UNDO_WITHIN, ImportUndone, RecentImport
from services.customers.phone_lookup import PhoneLookup
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

WORKER = 'services.customers.importing.sheet_worker'
MAX_FILE_BYTES = 300 << 20
WORKER_SECONDS = 900.0
"""Real time; the worker limits its own processor time (``sheet_worker``)."""
MAX_READERS = 2
"""The sheets that one process reads at a time: each reader needs a core, and up to
``sheet_worker.MAX_MEMORY_BYTES``."""
WAIT_SECONDS = 10.0
"""How long a sheet waits for its turn to be read."""
MAX_FAULTS_SHOWN = 100
MAX_CHANGES_SHOWN = 100


class Phase(StrEnum):
    """The phase of an import."""

    READING = 'reading'
    CHECKING = 'checking'
    WRITING = 'writing'
    WRITTEN = 'written'
    """From here on it cannot be cancelled."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an import, in rows; ``total`` is unknown while the sheet is read."""

    phase: Phase
    rows: int = 0
    total: int | None = None


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """A first look at a sheet."""

    encoding: str
    sheets: tuple[str, ...]
    """The sheets of the workbook."""
    choice: SheetChoice
    """The selected sheet and its headings."""
    opening: tuple[tuple[int, tuple[str, ...]], ...]
    """The first rows with their numbers, including the headings."""
    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    """The likeliest meaning of each column."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows below the headings, at most five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to import a sheet."""

    columns: tuple[Column | None, ...]
    choice: SheetChoice | None = None
    same_people: frozenset[int] = frozenset()
    """Rows confirmed to be about the customer they refer to, although name and number differ
    (``Report.other_people``)."""
    leaves_out_faulty: bool = False
    """Store the rows without errors even if others have some; otherwise one error refuses the whole
    file."""
    is_trial: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The effects of an import or a trial."""

    new: int
    changed: int
    same: int
    faulty: int
    faults: tuple[RowFault, ...]
    """The first errors, by row, at most ``MAX_FAULTS_SHOWN``."""
    renamed: int
    """The number of changed records that get another name."""
    changes: tuple[RecordChange, ...]
    """Changed records, at most ``MAX_CHANGES_SHOWN``, those with another name first."""
    other_people: tuple[OtherPerson, ...]
    """Rows that need a decision, counted among the errors: they seem to be about another person
    than the record they refer to."""
    run_id: UUID | None = None
    """The id for undoing it; ``None`` when nothing was stored."""

    @property
    def is_written(self) -> bool:
        """Whether the import was stored."""
        return self.run_id is not None


class CustomerImport:
    """Imports customers. One file at a time, across all processes."""

    def __init__(self, units: UnitsOfWork, lookup: PhoneLookup) -> None:
        self._of_others = units
        apart = units.db.separate_pool(transactions=2, reads=0, server_settings={})
        self._units = UnitsOfWork(apart, units.relay)
        self._lookup = lookup
        self._readers = asyncio.Semaphore(MAX_READERS)

    def may_import(self, agent: Agent) -> bool:
        """Whether a person may import customers: supervisors and administrators."""
        return agent.is_supervisor

    async def look(
        self, agent: Agent, file: ImportFile, choice: SheetChoice | None = None
    ) -> SheetPreview:
        """Inspect a sheet; parts of ``choice`` that are not set are guessed.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: not a sheet, broken, empty or too large (``sheet.…``).
            ConflictError: too many sheets are being read now (``import.crowded``).
        """
        self._admit(agent, file)
        said: dict[str, Any] = {}
        async with self._reader():
            async for line in _said('look', str(file.sheet), _dumped(choice or SheetChoice())):
                said = line
        headings = said['choice']['headings']
        return SheetPreview(
            encoding=said['encoding'],
            sheets=tuple(said['sheets']),
            choice=SheetChoice(said['choice']['name'], headings and Headings(**headings)),
            opening=tuple((number, tuple(cells)) for number, cells in said['opening']),
            headings=tuple(said['headings']),
            columns=tuple(one and Column(one) for one in said['columns']),
            sample=tuple(map(tuple, said['sample'])),
        )

    async def run(self, agent: Agent, file: ImportFile, plan: Plan, tell: Tell) -> Report:
        """Try a sheet, or import it.

        Safe to cancel: until it reports ``Phase.WRITTEN``, nothing is stored.

        Raises:
            NotAllowedError, InvalidInputError: as ``look``; also when no column identifies the customer, or two
                columns have the same meaning.
            ConflictError: another import is running; or as ``look``.
        """
        self._admit(agent, file)
        if not {Column.PHONE, Column.NUMBER} & set(plan.columns):
            raise InvalidInputError('import.no_key_column')
        async with self._reader():
            good, bad = await self._read(file, plan, tell)
        async with self._units.begin() as work:
            if not await queries.is_first(work.session):
                raise ConflictError('import.busy')
            tell(Progress(Phase.CHECKING, total=good))
            await queries.load(work.session, file.folder / ROWS)
            report = await _tried(work, file, plan, bad)
            if not plan.is_trial and (plan.leaves_out_faulty or not report.faulty):
                report = await self._write(agent, work, report, tell)
            else:
                await work.session.rollback()
        if report.is_written:
            tell(Progress(Phase.WRITTEN))
            await self._lookup.forget_all()
            await end_chats_of_all_blocked(self._of_others, agent)
        else:
            await self._record_trial(agent, report)
        return report

    async def recent(self, agent: Agent) -> list[RecentImport]:
        """Return the imports of the last day, which can be undone, newest first.

        Raises ``NotAllowedError``.
        """
        self._check_role(agent)
        async with self._units.db.reading() as session:
            runs = await undo_queries.recent(session, clock.now() - UNDO_WITHIN)
        return [
            RecentImport(
                run_id=run.id,
                at=run.created_at,
                agent_name=by.name,
                new=run.new,
                changed=run.changed,
                is_undone=run.undone_at is not None,
            )
            for run, by in runs
        ]

    async def undo(
        self, agent: Agent, run_id: UUID, *, leaves_changed: bool = False
    ) -> ImportUndone:
        """Undo an import within a day: all of it, or all but the records changed since.

        Raises:
            NotAllowedError: not a supervisor.
            ImportChangedError: some records cannot be restored, and ``leaves_changed`` is not set.
            NotFoundError, ConflictError: see ``undoing.undo``.
        """
        self._check_role(agent)
        async with self._units.begin() as work:
            undone = await undoing.undo(work, agent, run_id, leaves_changed=leaves_changed)
        await self._lookup.forget_all()
        await end_chats_of_all_blocked(self._of_others, agent)
        return undone

    async def tidy(self) -> None:
        """Delete the data of imports that can no longer be undone, and abandoned sheets."""
        await ImportFile.tidy()
        async with self._units.db.transaction() as session:
            await undo_queries.forget_before(session, clock.now() - UNDO_WITHIN)

    async def faulty_rows(
        self, file: ImportFile, choice: SheetChoice, sentences: Mapping[str, str]
    ) -> Path:
        """Return a CSV of the original rows with errors, to be corrected and imported separately.

        Args:
            file: a sheet that was tried.
            choice: the table that was tried.
            sentences: the text for each error's key, and for the column of errors, under ``heading``.
        """
        arguments = ('mend', str(file.sheet), str(file.folder), _dumped(choice))
        async with (
            self._reader(),
            _readable(),
            worker_process(WORKER, *arguments, seconds=WORKER_SECONDS) as worker,
        ):
            worker.feed.write(json.dumps(dict(sentences)).encode())
            worker.feed.close()
            await worker.says.read()
        return file.folder / FAULTY

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[None]:
        """Hold one of the readers for the block. Raises ``ConflictError``: none became free in time."""
        try:
            await asyncio.wait_for(self._readers.acquire(), WAIT_SECONDS)
        except TimeoutError as error:
            raise ConflictError('import.crowded') from error
        try:
            yield
        finally:
            self._readers.release()

    def _check_role(self, agent: Agent) -> None:
        if not self.may_import(agent):
            raise NotAllowedError('import.not_allowed')

    def _admit(self, agent: Agent, file: ImportFile) -> None:
        self._check_role(agent)
        if file.sheet.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInputError('sheet.too_large', most=MAX_FILE_BYTES >> 20)

    async def _read(self, file: ImportFile, plan: Plan, tell: Tell) -> tuple[int, int]:
        """Let the worker read the sheet; return the numbers of good and bad rows."""
        good = bad = 0
        arguments = (str(file.sheet), str(file.folder), _dumped(plan.choice or SheetChoice()))
        async for line in _said('read', *arguments, json.dumps(plan.columns)):
            good, bad = line['good'], line['bad']
            tell(Progress(Phase.READING, good + bad))
        if not good + bad:
            raise InvalidInputError('sheet.empty')
        return good, bad

    async def _record_trial(self, agent: Agent, tried: Report) -> None:
        """Record in the audit log that numbers were compared with records: a trial reveals which exist."""
        details = {'new': tried.new, 'changed': tried.changed, 'same': tried.same}
        async with self._units.begin() as work:
            work.record(agent, AuditAction.IMPORT_TRIED, details=details)

    async def _write(self, agent: Agent, work: UnitOfWork, tried: Report, tell: Tell) -> Report:
        """Store the import; return its report, recomputed as colleagues may have changed records."""
        total = tried.new + tried.changed
        tell(Progress(Phase.WRITING, 0, total))
        run = ImportRun(agent_id=agent.id, new=tried.new, changed=tried.changed)
        work.session.add(run)
        await work.session.flush()
        async for rows in queries.insert(work.session, run.id):
            tell(Progress(Phase.WRITING, min(rows, tried.new), total))
        changed = await queries.update(work.session, agent.id, run.id)
        run.changed = len(changed)
        details = {'import_id': str(run.id), 'new': tried.new, 'changed': len(changed)}
        work.record(agent, AuditAction.CUSTOMERS_IMPORTED, details=details)
        for customer_id in changed[:MAX_TOLD]:
            work.tell(CustomerChanged(customer_id=customer_id))
        work.tell(PhonesForgotten())
        tell(Progress(Phase.WRITING, total, total))
        return replace(tried, run_id=run.id, changed=len(changed))


async def _tried(work: UnitOfWork, file: ImportFile, plan: Plan, bad: int) -> Report:
    """Return what the loaded rows would do, besides those already known as bad."""
    session = work.session
    counts = await queries.match(session, plan.same_people)
    found = await queries.faults(session)
    return Report(
        new=counts.new,
        changed=counts.changed,
        same=counts.same,
        faulty=bad + len(found),
        faults=await asyncio.to_thread(_keep_faults, file, found),
        renamed=await queries.renamed(session),
        changes=await queries.changes(session, limit=MAX_CHANGES_SHOWN),
        other_people=await queries.other_people(session, limit=MAX_CHANGES_SHOWN),
    )


def _dumped(choice: SheetChoice) -> str:
    return json.dumps(asdict(choice))


async def _said(*arguments: str) -> Any:
    """Yield the worker's output, line by line.

    Raises ``InvalidInputError`` when it cannot read the sheet.
    """
    async with _readable(), worker_process(WORKER, *arguments, seconds=WORKER_SECONDS) as worker:
        while line := await worker.says.readline():
            said = json.loads(line)
            if key := said.get('unreadable'):
                raise InvalidInputError(key, **said['values'])
            yield said


@asynccontextmanager
async def _readable() -> AsyncIterator[None]:
    """Turn the worker's failure into a readable error. Raises ``InvalidInputError``."""
    try:
        yield
    except WorkerSlowError as error:
        raise InvalidInputError('sheet.too_slow') from error
    except WorkerLargeError as error:
        raise InvalidInputError('sheet.too_long') from error
    except WorkerError as error:
        raise InvalidInputError('sheet.broken') from error


def _keep_faults(file: ImportFile, found: Sequence[RowFault]) -> tuple[RowFault, ...]:
    """Add the database's errors to the worker's; return the first of all, by row."""
    path = file.folder / FAULTS
    with path.open('a', encoding='utf-8') as faults:
        faults.writelines(json.dumps(asdict(one), ensure_ascii=False) + '\n' for one in found)
    with path.open(encoding='utf-8') as faults:
        early = [RowFault(**json.loads(line)) for line in islice(faults, MAX_FAULTS_SHOWN)]
    listed = sorted([*early, *found[:MAX_FAULTS_SHOWN]], key=lambda fault: fault.row)
    return tuple({fault.row: fault for fault in listed}.values())[:MAX_FAULTS_SHOWN]
