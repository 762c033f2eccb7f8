"""The one search over all customers: by name, initials, telephone, e-mail or number, however it was typed."""

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

    def __init__(self, db: Database, *, secret: str) -> None:
        self._db = db.apart(connections=PLACES, server_settings=SERVER_SETTINGS)
        self._budget = SearchBudget(places=PLACES, share=SHARE, pace=db.statements.pace)
        self._lookups = Lookups(self._db, secret=secret)

    async def search(self, agent: Agent, text: str, *, limit: int = 20) -> list[Hit]:
        """Return who may be meant: the best rank first, within a rank the latest contact first.

        Every agent may find every customer; by which parts of a number or an address, see ``customer_queries``. A text
        that nothing can be called finds nobody. Safe to cancel: the query then ends in the database as well.

        Raises:
            TooManyError: too many search at once, or one person looked for too many numbers (``Lookups``).
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
    """Return ``limit`` customers or a few more, the best rank first, and how each was found."""
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
    """Return the customers of one rank."""
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
