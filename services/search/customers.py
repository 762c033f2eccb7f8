"""Search over all customers: by name, initials, phone, e-mail or customer number, in any spelling."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from models import Agent, Customer
from services.search import customer_queries as queries
from services.search.budget import SearchBudget
from services.search.customer_queries import GLANCE, MANY, RECENT, Candidate
from services.search.customer_ways import Matched, OpenWay, Rank, Way, open_ways, ways
from services.search.lookups import Lookups, whole_values
from services.text.terms import SearchTerms, parse_terms

MAX_HITS = 100
PLACES = 3
SHARE = 0.1
SERVER_SETTINGS = {
    'statement_timeout': '1s',
    'max_parallel_workers_per_gather': '0',
    'enable_seqscan': 'off',  # no search may read a whole table
}
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One matching customer, how well it matches, and the matching part of the record."""

    customer: Customer
    rank: Rank
    matched: Matched


class CustomerSearch:
    """Finds customers. It has its own connections, so that searches take none from other work."""

    def __init__(self, db: Database, *, secret: str) -> None:
        self._db = db.separate_pool(reads=PLACES, server_settings=SERVER_SETTINGS)
        self._budget = SearchBudget(places=PLACES, share=SHARE, speed=db.statements.speed)
        self._lookups = Lookups(self._db, secret=secret)

    async def search(self, agent: Agent, text: str, *, limit: int = 20) -> list[Hit]:
        """Return matching customers: best rank first, within a rank latest contact first.

        Every agent may find every customer; ``customer_queries`` tells by which parts of a number
        or address. A text that cannot be a name or number finds nobody. Safe to cancel: the query
        then ends in the database too.

        Raises:
            TooManyError: too many searches at once, or one person looked for too many numbers (``Lookups``).
            UpstreamError: the database is away, or took too long (``database.slow``).
        """
        terms, limit = parse_terms(text), min(limit, MAX_HITS)
        if terms == SearchTerms() or limit < 1:
            return []
        async with self._budget.turn(agent.id):
            await self._lookups.admit(agent, whole_values(terms))
            async with self._db.reading() as session:
                found = await _found(session, agent, terms, limit)
                chosen = list(found)[:limit]
                customers = await queries.by_ids(session, chosen) if chosen else {}
        return [
            Hit(customer=customers[one], rank=found[one].rank, matched=found[one].matched)
            for one in chosen
            if one in customers
        ]


async def _found(
    session: AsyncSession, agent: Agent, terms: SearchTerms, limit: int
) -> dict[UUID, Way | OpenWay]:
    """Return ``limit`` customers or a few more, best rank first, and how each was found."""
    everybody, own_only = ways(terms), open_ways(terms)
    own = await queries.among_own(session, agent, own_only) if own_only else []
    found: dict[UUID, Way | OpenWay] = {}
    for rank in Rank:
        tried = [way for way in everybody if way.rank is rank]
        met: list[tuple[Candidate, Way | OpenWay]]
        met = [(one, tried[one.way]) for one in await _latest(session, tried, limit)]
        met += [(one, own_only[one.way]) for one in own if own_only[one.way].rank is rank]
        for candidate, way in sorted(met, key=lambda each: _order(each[0])):
            found.setdefault(candidate.customer_id, way)
        if len(found) >= limit:
            break
    return found


async def _latest(session: AsyncSession, tried: list[Way], limit: int) -> list[Candidate]:
    """Return the customers of one rank, latest contact first."""
    found: list[Candidate] = []
    left = dict(enumerate(tried))
    for place, way in enumerate(tried):
        if way.kind.is_everywhere:
            met = await queries.recent(session, way, place, among=GLANCE, limit=limit)
            found += met
            if len(met) == limit:
                del left[place]
    if left:
        found += await queries.candidates(session, left, limit=limit)
    for place in sorted({one.way for one in found if one.way_count > MANY}):
        found += await queries.recent(session, tried[place], place, among=RECENT, limit=limit)
    return found


def _order(candidate: Candidate) -> tuple[float, int, str]:
    moment = candidate.last_contact_at or LONG_AGO
    return -moment.timestamp(), candidate.way, str(candidate.customer_id)
