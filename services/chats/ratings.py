"""만족도: how a customer rates a chat that has ended, 1 to 5 with a comment; changeable for a day.

A rating is one row and, for every figure, a step: it counts for the agent who had the chat last, at the time when it was
first given (``services.floor.definitions``).
"""

from datetime import timedelta
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from desk.throttle import Throttle
from models import ChatEnding, ChatRating, ChatSession, ChatStatus, StepKind
from models.rating import HIGHEST_SCORE, LOWEST_SCORE, MAX_COMMENT_CHARS
from services.chats import queries, rating_queries
from services.chats.events import ChatCard, ChatRated, Rating
from services.contacts.steps import record_step
from services.text.masking import masked_in_thread
from services.text.storable import UNSTORABLE
from services.text.visible import trimmed
from services.work.unit_of_work import UnitsOfWork

OPEN_FOR = timedelta(days=1)
"""A chat can be rated, and its rating changed, for so long after its end."""
RATINGS = Throttle(limit=10, seconds=60)


class Ratings:
    """Ratings by customers, who have proved with a chat's token that it is theirs."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def rate(self, chat_id: UUID, score: int, comment: str = '') -> Rating:
        """Store or change the rating of an ended chat; its comment is masked as a message is.

        Raises:
            NotFoundError: there is no such chat.
            ConflictError: the chat goes on, no agent was ever in it, it ended more than a day ago,
                or its agent ended it for abuse.
            InvalidInputError: not a score, or the comment is too long.
            TooManyError: more than ``RATINGS`` allows.
        """
        comment = trimmed(comment)
        if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
            raise InvalidInputError('rating.score', least=LOWEST_SCORE, most=HIGHEST_SCORE)
        if len(comment) > MAX_COMMENT_CHARS or UNSTORABLE.search(comment):
            raise InvalidInputError('rating.comment', most=MAX_COMMENT_CHARS)
        RATINGS.hit(chat_id)
        comment = (await masked_in_thread(comment))[:MAX_COMMENT_CHARS]
        async with self._units.begin() as work:
            chat = await queries.locked_chat(work.session, chat_id)
            now = clock.now()
            if chat is None:
                raise NotFoundError('visit.not_found')
            _require_open(chat)
            if await rating_queries.was_ended_for_abuse(work.session, chat_id):
                raise ConflictError('rating.protected')
            row = await rating_queries.row_of(work.session, chat_id)
            rating = Rating(score=score, comment=comment)
            if row is None:
                row = ChatRating(chat_session_id=chat_id, score=0, created_at=now)
            elif (row.score, row.comment) == (score, comment):
                return rating
            if row.score != score:
                record_step(work, chat, StepKind.RATED, agent_id=chat.agent_id, score=score, at=now)
            row.score, row.comment, row.updated_at = score, comment, now
            work.session.add(row)
            work.tell(ChatRated(chat_id=chat_id, rating=rating))
        return rating

    async def is_asked(self, chat_id: UUID) -> bool:
        """Whether a chat's customer is asked at all: not who was warned and went on, until the agent ended the chat."""
        async with self._db.reading() as session:
            return not await rating_queries.was_ended_for_abuse(session, chat_id)

    async def of_chat(self, chat_id: UUID) -> Rating | None:
        """Return a chat's rating; the caller has checked the right to see the chat."""
        async with self._db.reading() as session:
            return (await rating_queries.ratings(session, [chat_id])).get(chat_id)


def may_be_rated(chat: ChatCard) -> bool:
    """Whether a chat takes a rating, or a change of its rating, now."""
    try:
        _require_open(chat)
    except ConflictError:
        return False
    return True


def _require_open(chat: ChatSession | ChatCard) -> None:
    if chat.status is not ChatStatus.CLOSED or chat.end_time is None:
        raise ConflictError('rating.too_early')
    if chat.agent_id is None or chat.ending is ChatEnding.ABANDONED:
        raise ConflictError('rating.nobody')
    if clock.now() - chat.end_time > OPEN_FOR:
        raise ConflictError('rating.too_late')
