"""Bringing customers in from a sheet: looked at, tried, and then written all or nothing.

A row is a customer on record when it has their number, or when they alone have its telephone number; else it is a new
one. An empty cell changes nothing. The sheet is read by a process of its own; the rows go into the database by COPY, in
one transaction for the whole file. A trial is the same transaction, given up at its end.
"""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from desk.aside import AsideError, aside
from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from models import Agent, AuditAction
from services import customer_import_queries as queries
from services.customer_events import CustomerChanged, PhonesForgotten
from services.customer_import_queries import Counts
from services.customer_sheet import Column, Fault
from services.customer_sheet_worker import FAULTS, FAULTY, ROWS
from services.phone_lookup import PhoneLookup
from services.work import Work, Workshop

PREFIX = 'desk-import-'
WORKER = 'services.customer_sheet_worker'
MAX_FILE_BYTES = 300 << 20
MAX_FAULTS_SHOWN = 100
KEPT_SECONDS = 24 * 3600
"""What a process that was killed left behind is removed after so long."""
MAX_TOLD = 1_000
"""So many open cards hear of their change at once; after a larger import they do when they are opened anew."""


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
class Look:
    """What a sheet is at first sight."""

    encoding: str
    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    """What each column most likely holds."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows, at most five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a sheet is to be brought in."""

    columns: tuple[Column | None, ...]
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
    faults: tuple[Fault, ...]
    """The first of them, by row, at most ``MAX_FAULTS_SHOWN``."""
    is_written: bool


class ImportFile:
    """A sheet on its way in: a folder that nobody else reads, gone when it is closed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.sheet = self.folder / 'sheet'

    async def close(self) -> None:
        """Remove all of it."""
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)

    @staticmethod
    async def tidy() -> None:
        """Remove what nobody closed: sheets hold people's data."""
        await asyncio.to_thread(_remove_before, time.time() - KEPT_SECONDS)


class CustomerImport:
    """Brings customers in. One file at a time, in all processes together."""

    def __init__(self, workshop: Workshop, lookup: PhoneLookup) -> None:
        apart = workshop.db.apart(connections=2, server_settings={})
        self._workshop = Workshop(apart, workshop.relay)
        self._lookup = lookup

    def may_import(self, agent: Agent) -> bool:
        """Whether somebody may bring customers in: supervisors and administrators."""
        return agent.sees_everything

    async def look(self, agent: Agent, file: ImportFile) -> Look:
        """Say what a sheet is.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: it is no sheet, broken, empty or too large (``sheet.…``).
        """
        self._admit(agent, file)
        said: dict[str, Any] = {}
        async for line in _said('look', str(file.sheet)):
            said = line
        return Look(
            encoding=said['encoding'],
            headings=tuple(said['headings']),
            columns=tuple(one and Column(one) for one in said['columns']),
            sample=tuple(map(tuple, said['sample'])),
        )

    async def run(self, agent: Agent, file: ImportFile, plan: Plan, tell: Tell) -> Report:
        """Try a sheet, or write it. Safe to cancel: until it tells ``Phase.WRITTEN``, nothing of it is there.

        Raises:
            NotAllowedError, InvalidInputError: as ``look``; also when no column says whom a row is about.
            ConflictError: somebody else imports just now.
        """
        self._admit(agent, file)
        if not {Column.PHONE, Column.NUMBER} & set(plan.columns):
            raise InvalidInputError('import.no_key_column')
        good, bad = await self._read(file, plan, tell)
        async with self._workshop.work() as work:
            if not await queries.is_first(work.session):
                raise ConflictError('import.busy')
            tell(Progress(Phase.CHECKING, total=good))
            await queries.load(work.session, file.folder / ROWS)
            counts = await queries.match(work.session)
            found = await queries.faults(work.session)
            faults = await asyncio.to_thread(_keep_faults, file, found)
            is_written = not plan.is_trial and (plan.leaves_out_faulty or not bad + len(found))
            if is_written:
                counts = await self._write(agent, work, counts, tell)
            else:
                await work.session.rollback()
        if is_written:
            tell(Progress(Phase.WRITTEN))
            await self._lookup.forget_all()
        return Report(
            new=counts.new,
            changed=counts.changed,
            same=counts.same,
            faulty=bad + len(found),
            faults=faults,
            is_written=is_written,
        )

    async def faulty_rows(self, file: ImportFile, sentences: Mapping[str, str]) -> Path:
        """Return a CSV of the rows with faults, as they were, to be mended and brought in by itself.

        Args:
            file: a sheet that was tried.
            sentences: what to say of a fault, by its key, and of the column that says so, as ``heading``.
        """
        async with aside(WORKER, 'mend', str(file.sheet), str(file.folder)) as worker:
            worker.feed.write(json.dumps(dict(sentences)).encode())
            worker.feed.close()
            await worker.says.read()
        return file.folder / FAULTY

    def _admit(self, agent: Agent, file: ImportFile) -> None:
        if not self.may_import(agent):
            raise NotAllowedError('import.not_allowed')
        if file.sheet.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInputError('sheet.too_large', most=MAX_FILE_BYTES >> 20)

    async def _read(self, file: ImportFile, plan: Plan, tell: Tell) -> tuple[int, int]:
        """Let the worker read the sheet; returns how many rows are right and how many are not."""
        good = bad = 0
        columns = json.dumps(plan.columns)
        async for line in _said('read', str(file.sheet), str(file.folder), columns):
            good, bad = line['good'], line['bad']
            tell(Progress(Phase.READING, good + bad))
        if not good + bad:
            raise InvalidInputError('sheet.empty')
        return good, bad

    async def _write(self, agent: Agent, work: Work, counts: Counts, tell: Tell) -> Counts:
        """Write it; returns what it came to, which colleagues may have changed meanwhile."""
        total = counts.new + counts.changed
        tell(Progress(Phase.WRITING, 0, total))
        async for rows in queries.insert(work.session):
            tell(Progress(Phase.WRITING, min(rows, counts.new), total))
        changed = await queries.update(work.session, agent.id)
        details = {'new': counts.new, 'changed': len(changed)}
        work.record(agent, AuditAction.CUSTOMERS_IMPORTED, details=details)
        for customer_id in changed[:MAX_TOLD]:
            work.tell(CustomerChanged(customer_id=customer_id))
        work.tell(PhonesForgotten())
        tell(Progress(Phase.WRITING, total, total))
        return replace(counts, changed=len(changed))


def _remove_before(moment: float) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f'{PREFIX}*'):
        with suppress(OSError):  # another process was faster, or it is somebody else's
            if folder.stat().st_mtime < moment:
                shutil.rmtree(folder)


async def _said(*arguments: str) -> Any:
    """Return what the worker says, line by line. Raises ``InvalidInputError`` when it cannot read the sheet."""
    try:
        async with aside(WORKER, *arguments) as worker:
            while line := await worker.says.readline():
                said = json.loads(line)
                if key := said.get('unreadable'):
                    raise InvalidInputError(key)
                yield said
    except AsideError as error:
        raise InvalidInputError('sheet.broken') from error


def _keep_faults(file: ImportFile, found: Sequence[Fault]) -> tuple[Fault, ...]:
    """Add what the database found to what the worker did; returns the first of all by row."""
    path = file.folder / FAULTS
    with path.open('a', encoding='utf-8') as faults:
        faults.writelines(json.dumps(asdict(one), ensure_ascii=False) + '\n' for one in found)
    with path.open(encoding='utf-8') as faults:
        early = [Fault(**json.loads(line)) for line in islice(faults, MAX_FAULTS_SHOWN)]
    listed = sorted([*early, *found[:MAX_FAULTS_SHOWN]], key=lambda fault: fault.row)
    return tuple({fault.row: fault for fault in listed}.values())[:MAX_FAULTS_SHOWN]
