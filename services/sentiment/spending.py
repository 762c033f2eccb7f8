"""The daily budget for Comprehend: one account for all processes, in the database.

Use is recorded before the request, so that neither a crash nor a second process exceeds the limit.
A refused request is given back; a request without an answer in time may be charged, and stays
recorded.
"""

from collections.abc import Sequence
from datetime import date

from desk import clock
from desk.db import Database
from services.aws.comprehend import UNIT_USD
from services.sentiment import queries


class SpendingAccount:
    """Units on a day in Seoul, up to a limit in US dollars."""

    def __init__(self, db: Database, *, usd_a_day: float) -> None:
        self._db = db
        self.limit = round(usd_a_day / UNIT_USD)

    async def has(self, units: int) -> bool:
        """Whether today's budget has this many units left."""
        async with self._db.reading() as session:
            return await queries.spent_on(session, today()) + units <= self.limit

    async def take(self, prices: Sequence[int]) -> int:
        """Record the first of these prices, as many as today's budget allows; return how many."""
        async with self._db.transaction() as session:
            account = await queries.locked_spending(session, today())
            count = 0
            for price in prices:
                if account.units + price > self.limit:
                    break
                account.units += price
                count += 1
            session.add(account)
        return count

    async def give_back(self, units: int) -> None:
        """Give back units that were not used."""
        async with self._db.transaction() as session:
            account = await queries.locked_spending(session, today())
            account.units = max(0, account.units - units)
            session.add(account)


def today() -> date:
    """Return today's date in Seoul."""
    return clock.now().astimezone(clock.SEOUL).date()
