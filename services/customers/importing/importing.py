"""Bringing customers in from a sheet: looked at, tried, and then written all or nothing.

A row is a customer on record when it has their number, or when they alone have its telephone number; else it is a new
one. An empty cell changes nothing. The sheet is read by a process of its own; the rows go into the database by COPY, in
one transaction for the whole file. A trial is the same transaction, given up at its end.
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
"""By the clock; its processor time is bounded by itself (``sheet_worker``)."""
MAX_READERS = 2
"""So many sheets are read at a time in a process: each reader takes a core, and up to ``sheet_worker.MAX_MEMORY_BYTES``."""
WAIT_SECONDS = 10.0
"""So long a sheet waits for its turn to be read."""
MAX_FAULTS_SHOWN = 100
MAX_CHANGES_SHOWN = 100


class Phase(StrEnum):
    """What an import is at."""

    READING = 'reading'
    CHECKING = 'checking'
    WRITING = 'writing'
    WRITTEN = 'written'
    """From here on it cannot be given up."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, in rows; ``total`` is not known while the sheet is read."""

    phase: Phase
    rows: int = 0
    total: int | None = None


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """What a sheet is at first sight."""

    encoding: str
    sheets: tuple[str, ...]
    """The sheets of a workbook that can be chosen."""
    choice: SheetChoice
    """Which of them is meant, and where its headings are."""
    opening: tuple[tuple[int, tuple[str, ...]], ...]
    """The first rows with their numbers, among which the headings are."""
    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    """What each column most likely holds."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows below the headings, at most five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a sheet is to be brought in."""

    columns: tuple[Column | None, ...]
    choice: SheetChoice | None = None
    same_people: frozenset[int] = frozenset()
    """The rows that are about the customer they name, although name and number are others (``Report.other_people``)."""
    leaves_out_faulty: bool = False
    """Write the rows without fault although there are others; else one fault keeps the whole file out."""
    is_trial: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do."""

    new: int
    changed: int
    same: int
    faulty: int
    faults: tuple[RowFault, ...]
    """The first of them, by row, at most ``MAX_FAULTS_SHOWN``."""
    renamed: int
    """How many of those who change get another name."""
    changes: tuple[RecordChange, ...]
    """Those who change, at most ``MAX_CHANGES_SHOWN``, who gets another name first."""
    other_people: tuple[OtherPerson, ...]
    """Rows that wait for a decision, among the faulty ones: they seem to be about somebody else than they name."""
    run_id: UUID | None = None
    """By this it can be undone; none when nothing was written."""

    @property
    def is_written(self) -> bool:
        """Whether it was done."""
        return self.run_id is not None


class CustomerImport:
    """Brings customers in. One file at a time, in all processes together."""

    def __init__(self, units: UnitsOfWork, lookup: PhoneLookup) -> None:
        apart = units.db.apart(connections=2, server_settings={})
        self._units = UnitsOfWork(apart, units.relay)
        self._lookup = lookup
        self._readers = asyncio.Semaphore(MAX_READERS)

    def may_import(self, agent: Agent) -> bool:
        """Whether somebody may bring customers in: supervisors and administrators."""
        return agent.sees_everything

    async def look(
        self, agent: Agent, file: ImportFile, choice: SheetChoice | None = None
    ) -> SheetPreview:
        """Say what a sheet is; of a choice that does not say everything, what is most likely.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: it is no sheet, broken, empty or too large (``sheet.…``).
            ConflictError: others have their sheets read just now (``import.crowded``).
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
        """Try a sheet, or write it. Safe to cancel: until it tells ``Phase.WRITTEN``, nothing of it is there.

        Raises:
            NotAllowedError, InvalidInputError: as ``look``; also when no column says whom a row is about, or two go to
                one place.
            ConflictError: somebody else imports just now; or as ``look``.
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
        else:
            await self._record_trial(agent, report)
        return report

    async def recent(self, agent: Agent) -> list[RecentImport]:
        """Return the imports of the last day, which can be undone, the newest first. Raises ``NotAllowedError``."""
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
        """Undo an import within a day: all or nothing, or all but what was changed since.

        Raises:
            NotAllowedError: not a supervisor.
            ImportChangedError: records of it cannot go back, and ``leaves_changed`` does not say to leave them.
            NotFoundError, ConflictError: see ``undoing.undo``.
        """
        self._check_role(agent)
        async with self._units.begin() as work:
            undone = await undoing.undo(work, agent, run_id, leaves_changed=leaves_changed)
        await self._lookup.forget_all()
        return undone

    async def tidy(self) -> None:
        """Remove what is kept of imports that can no longer be undone, and sheets that nobody closed."""
        await ImportFile.tidy()
        async with self._units.db.transaction() as session:
            await undo_queries.forget_before(session, clock.now() - UNDO_WITHIN)

    async def faulty_rows(
        self, file: ImportFile, choice: SheetChoice, sentences: Mapping[str, str]
    ) -> Path:
        """Return a CSV of the rows with faults, as they were, to be mended and brought in by itself.

        Args:
            file: a sheet that was tried.
            choice: the table that was tried.
            sentences: what to say of a fault, by its key, and of the column that says so, as ``heading``.
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
        """Have one of the readers for the block. Raises ``ConflictError``: none came free in time."""
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
        """Let the worker read the sheet; returns how many rows are right and how many are not."""
        good = bad = 0
        arguments = (str(file.sheet), str(file.folder), _dumped(plan.choice or SheetChoice()))
        async for line in _said('read', *arguments, json.dumps(plan.columns)):
            good, bad = line['good'], line['bad']
            tell(Progress(Phase.READING, good + bad))
        if not good + bad:
            raise InvalidInputError('sheet.empty')
        return good, bad

    async def _record_trial(self, agent: Agent, tried: Report) -> None:
        """Write down that numbers were held against those on record: a trial tells which are there."""
        details = {'new': tried.new, 'changed': tried.changed, 'same': tried.same}
        async with self._units.begin() as work:
            work.record(agent, AuditAction.IMPORT_TRIED, details=details)

    async def _write(self, agent: Agent, work: UnitOfWork, tried: Report, tell: Tell) -> Report:
        """Write it; returns what it came to, which colleagues may have changed meanwhile."""
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
    """Find out what the rows that were loaded would do, beside those that were bad already."""
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
    """Return what the worker says, line by line. Raises ``InvalidInputError`` when it cannot read the sheet."""
    async with _readable(), worker_process(WORKER, *arguments, seconds=WORKER_SECONDS) as worker:
        while line := await worker.says.readline():
            said = json.loads(line)
            if key := said.get('unreadable'):
                raise InvalidInputError(key, **said['values'])
            yield said


@asynccontextmanager
async def _readable() -> AsyncIterator[None]:
    """Say in a sentence why the worker came to no end. Raises ``InvalidInputError``."""
    try:
        yield
    except WorkerSlowError as error:
        raise InvalidInputError('sheet.too_slow') from error
    except WorkerLargeError as error:
        raise InvalidInputError('sheet.too_long') from error
    except WorkerError as error:
        raise InvalidInputError('sheet.broken') from error


def _keep_faults(file: ImportFile, found: Sequence[RowFault]) -> tuple[RowFault, ...]:
    """Add what the database found to what the worker did; returns the first of all by row."""
    path = file.folder / FAULTS
    with path.open('a', encoding='utf-8') as faults:
        faults.writelines(json.dumps(asdict(one), ensure_ascii=False) + '\n' for one in found)
    with path.open(encoding='utf-8') as faults:
        early = [RowFault(**json.loads(line)) for line in islice(faults, MAX_FAULTS_SHOWN)]
    listed = sorted([*early, *found[:MAX_FAULTS_SHOWN]], key=lambda fault: fault.row)
    return tuple({fault.row: fault for fault in listed}.values())[:MAX_FAULTS_SHOWN]
