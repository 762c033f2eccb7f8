"""The one search over all customers: by name, initials, telephone, e-mail or number, however it was typed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from models import Agent, Customer
from services import customer_search_queries as queries
from services.customer_search_queries import GLANCE, MANY, RECENT, Candidate, Matched, Rank, Way
from services.search_budget import SearchBudget
from services.search_terms import read

MAX_HITS = 100
PLACES = 3
SHARE = 0.1
SERVER_SETTINGS = {
    'statement_timeout': '1s',
    'max_parallel_workers_per_gather': '0',
    'enable_seqscan': 'off',  # whatever is typed, no search reads a table from end to end
}
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One customer who may be meant, how well it fits, and what of the record fits."""

    customer: Customer
    rank: Rank
    matched: Matched


class CustomerSearch:
    """Finds customers. Its connections are its own: many who search take none from those who work."""

    def __init__(self, db: Database) -> None:
        self._db = db.apart(connections=PLACES, server_settings=SERVER_SETTINGS)
        self._budget = SearchBudget(places=PLACES, share=SHARE)

    async def search(self, _agent: Agent, text: str, *, limit: int = 20) -> list[Hit]:
        """Return who may be meant: the best rank first, within a rank the latest contact first.

        Every agent may find every customer. A text that nothing can be called finds nobody. Safe to cancel: the
        query then ends in the database as well.

        Raises:
            TooManyError: too many search at once.
            UpstreamError: the database is away, or took too long (``database.slow``).
        """
        ways, limit = queries.ways(read(text)), min(limit, MAX_HITS)
        if not ways or limit < 1:
            return []
        async with self._budget.turn(), self._db.reading() as session:
            found: dict[UUID, Way] = {}
            for rank in Rank:
                tried = [way for way in ways if way.rank is rank]
                for candidate in await _latest(session, tried, limit):
                    found.setdefault(candidate.customer_id, tried[candidate.way])
                if len(found) >= limit:
                    break
            chosen = list(found)[:limit]
            customers = await queries.by_ids(session, chosen) if chosen else {}
        return [
            Hit(customer=customers[one], rank=found[one].rank, matched=found[one].matched)
            for one in chosen
            if one in customers
        ]


async def _latest(session: AsyncSession, tried: list[Way], limit: int) -> list[Candidate]:
    """Return the customers of one rank, the latest contact first."""
    found: list[Candidate] = []
    left = dict(enumerate(tried))
    for place, way in enumerate(tried):
        if way.is_everywhere:
            met = await queries.recent(session, way, place, among=GLANCE, limit=limit)
            found += met
            if len(met) == limit:
                del left[place]
    if left:
        found += await queries.candidates(session, left, limit=limit)
    for place in sorted({one.way for one in found if one.way_count > MANY}):
        found += await queries.recent(session, tried[place], place, among=RECENT, limit=limit)
    return sorted(found, key=_order)


def _order(candidate: Candidate) -> tuple[float, int, str]:
    moment = candidate.last_contact_at or LONG_AGO
    return -moment.timestamp(), candidate.way, str(candidate.customer_id)
