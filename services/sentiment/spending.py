"""What may be asked of Comprehend on a day: one account for all processes, kept in the database.

It is written down before it is asked, so that no crash and no second process spends more than the limit. What was
refused is given back; what was not answered in time may be charged, and stays.
"""

from collections.abc import Sequence
from datetime import date

from desk import clock
from desk.db import Database
from services.aws.comprehend import UNIT_USD
from services.sentiment import queries


class SpendingAccount:
    """Units of a day in Seoul, up to a limit in US dollars."""

    def __init__(self, db: Database, *, usd_a_day: float) -> None:
        self._db = db
        self.limit = round(usd_a_day / UNIT_USD)

    async def has(self, units: int) -> bool:
        """Whether so much could be asked today."""
        async with self._db.reading() as session:
            return await queries.spent_on(session, today()) + units <= self.limit

    async def take(self, prices: Sequence[int]) -> int:
        """Write down the first of these prices, as many as the day has room for; returns how many."""
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
        """Write down that so much was not asked after all."""
        async with self._db.transaction() as session:
            account = await queries.locked_spending(session, today())
            account.units = max(0, account.units - units)
            session.add(account)


def today() -> date:
    """Return the day in Seoul."""
    return clock.now().astimezone(clock.SEOUL).date()
