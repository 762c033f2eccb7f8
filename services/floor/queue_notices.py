"""Supervisors' notices to the agents of a queue, with receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import Agent, AuditAction, NoticeReceipt, Queue, QueueNotice, SubjectKind
from models.floor_board import MAX_NOTICE_CHARS
from services.contacts import queue_queries
from services.floor import wall_queries as queries
from services.floor.events import NoticesChanged
from services.floor.live_board import check_role
from services.text.masking import masked_in_thread
from services.text.storable import UNSTORABLE
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

SHOWN_FOR = timedelta(days=7)
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """A notice and its receipts."""

    notice: QueueNotice
    receipts: tuple[NoticeReceipt, ...]

    @property
    def read(self) -> int:
        """The number of people who have read it."""
        return sum(one.read_at is not None for one in self.receipts)


class QueueNotices:
    """Notices to the people of a queue."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def send(self, by: Agent, queue_id: UUID, body: str) -> QueueNotice:
        """Send a notice to all people of a queue's department but the sender.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: the text is empty or too long.
            NotFoundError: the queue does not exist.
        """
        check_role(by)
        said = (await masked_in_thread(body.strip())).strip()
        if not said or len(said) > MAX_NOTICE_CHARS or UNSTORABLE.search(said):
            raise InvalidInputError('notice.length', most=MAX_NOTICE_CHARS)
        async with self._units.begin() as work:
            queue = await queue_queries.by_id(work.session, queue_id)
            if queue is None or not by.reaches(queue.department):
                raise NotFoundError('queue.not_found')
            notice, people = await post(work, by, queue, said)
            work.record(by, AuditAction.NOTICE_SENT, subject=(SubjectKind.QUEUE, queue.id), details={'people': people})  # fmt: skip
        return notice

    async def withdraw(self, by: Agent, notice_id: UUID) -> None:
        """Withdraw a notice from people who have not read it. Raises ``NotFoundError``."""
        check_role(by)
        async with self._units.begin() as work:
            notice = await queries.notice(work.session, notice_id)
            if notice is None:
                raise NotFoundError('notice.not_found')
            queue = await queue_queries.by_id(work.session, notice.queue_id)
            if queue is None or not by.reaches(queue.department):
                raise NotFoundError('notice.not_found')
            notice.withdrawn_at = notice.withdrawn_at or clock.now()
            work.session.add(notice)
            receipts = await queries.receipts(work.session, [notice_id])
            work.record(by, AuditAction.NOTICE_WITHDRAWN, subject=(SubjectKind.QUEUE, notice.queue_id))  # fmt: skip
            work.tell(
                NoticesChanged(
                    notice_id=notice_id, agent_ids=tuple(one.agent_id for one in receipts)
                )
            )

    async def sent(self, by: Agent) -> list[SentNotice]:
        """Return the notices of the last days with their receipts, newest first.

        Raises ``NotAllowedError``.
        """
        check_role(by)
        async with self._db.reading() as session:
            notices = await queries.notices(session, by, clock.now() - SHOWN_FOR, MOST_SHOWN)
            receipts = await queries.receipts(session, [one.id for one in notices])
        return [
            SentNotice(
                notice=notice,
                receipts=tuple(one for one in receipts if one.notice_id == notice.id),
            )
            for notice in notices
        ]

    async def unread(self, agent: Agent) -> Sequence[QueueNotice]:
        """Return a person's unread notices, oldest first."""
        async with self._db.reading() as session:
            return await queries.unread_of(session, agent.id)

    async def read(self, agent: Agent, notice_id: UUID) -> None:
        """Confirm a notice as read; twice changes nothing.

        Raises ``NotFoundError`` for other people's notices.
        """
        async with self._units.begin() as work:
            receipt = await queries.receipt(work.session, notice_id, agent.id)
            if receipt is None:
                raise NotFoundError('notice.not_found')
            if receipt.read_at is None:
                receipt.read_at = clock.now()
                work.session.add(receipt)
                work.tell(NoticesChanged(notice_id=notice_id))


async def post(work: UnitOfWork, by: Agent, queue: Queue, body: str) -> tuple[QueueNotice, int]:
    """Store a notice to the people of a queue's department but its sender, and announce it; return it and their number."""
    notice = QueueNotice(queue_id=queue.id, by_id=by.id, body=body)
    work.session.add(notice)
    await work.session.flush()
    people = [one for one in await queries.people_of(work.session, queue) if one != by.id]
    work.session.add_all([NoticeReceipt(notice_id=notice.id, agent_id=one) for one in people])
    work.tell(NoticesChanged(notice_id=notice.id, agent_ids=tuple(people)))
    return notice, len(people)
