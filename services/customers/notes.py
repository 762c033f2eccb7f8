"""Agents' notes on customers: all colleagues may read them, only the author may change them."""

from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AuditAction, Note
from services.customers import timeline_queries as queries
from services.customers.events import CustomerChanged, CustomerPart
from services.customers.fields import read_text
from services.customers.queries import one_at_a_time
from services.customers.records import held_current
from services.customers.unit_of_work import CustomerUnitOfWork, CustomerUnitsOfWork

MAX_NOTE_CHARS = 2_000


class CustomerNotes:
    """Notes on customers."""

    def __init__(self, units: CustomerUnitsOfWork) -> None:
        self._units = units

    async def add(
        self, agent: Agent, customer_id: UUID, text: str, *, note_id: UUID | None = None
    ) -> Note:
        """Add a note. The same ``note_id`` again returns the existing note.

        Raises:
            InvalidInputError: blank, or longer than ``MAX_NOTE_CHARS``.
            NotFoundError, MergedAwayError: the customer does not exist, or was merged into another.
        """
        text = _read(text)
        async with self._units.begin() as work:
            note = Note(customer_id=customer_id, agent_id=agent.id, text=text)
            note.id = note_id or note.id
            await one_at_a_time(work.session, note.id)
            if earlier := await queries.note(work.session, note.id):
                return _own(earlier, agent)
            await held_current(work.session, customer_id)
            work.session.add(note)
            _changed(work, agent, note, AuditAction.NOTE_ADDED)
        return note

    async def change(self, agent: Agent, note_id: UUID, text: str) -> Note:
        """Change one's own note. Raises as ``remove``, and ``InvalidInputError``."""
        text = _read(text)
        async with self._units.begin() as work:
            note = _own(await queries.note(work.session, note_id), agent)
            if note.text != text:
                note.text, note.updated_at = text, clock.now()
                _changed(work, agent, note, AuditAction.NOTE_CHANGED)
        return note

    async def remove(self, agent: Agent, note_id: UUID) -> None:
        """Delete one's own note.

        Raises:
            NotFoundError: the note does not exist.
            NotAllowedError: a colleague wrote it.
        """
        async with self._units.begin() as work:
            note = _own(await queries.note(work.session, note_id), agent)
            await work.session.delete(note)
            _changed(work, agent, note, AuditAction.NOTE_REMOVED)


def _read(text: str) -> str:
    read = read_text(text, 'note.too_long', MAX_NOTE_CHARS)
    if not read:
        raise InvalidInputError('note.blank')
    return read


def _own(note: Note | None, agent: Agent) -> Note:
    if note is None:
        raise NotFoundError('note.not_found')
    if note.agent_id != agent.id:
        raise NotAllowedError('note.not_yours')
    return note


def _changed(work: CustomerUnitOfWork, agent: Agent, note: Note, action: AuditAction) -> None:
    work.work.tell(CustomerChanged(customer_id=note.customer_id, part=CustomerPart.NOTES))
    work.record(agent, action, subject=note, details={'customer_id': str(note.customer_id)})
