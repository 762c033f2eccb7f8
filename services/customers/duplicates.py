"""Finds records that may be the same person, likeliest first, with the reasons."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models import Agent, Customer
from services.customers import merging_queries as queries
from services.customers import queries as customer_queries
from services.customers.fields import phones_of
from services.customers.records import require_customer
from services.customers.unit_of_work import CustomerUnitsOfWork
from services.search.lookups import Lookups, WholeValue
from services.text.folding import name_key

MAX_SUGGESTIONS = 10


class DuplicateReason(StrEnum):
    """Why two records may be one person: 같은 전화번호, 같은 이메일, 같은 이름, 이름이 같고 번호가 비슷함."""

    SAME_PHONE = 'same_phone'
    SAME_EMAIL = 'same_email'
    SAME_NAME = 'same_name'
    NEAR_PHONE = 'near_phone'


WEIGHTS = {
    DuplicateReason.SAME_PHONE: 4,
    DuplicateReason.SAME_EMAIL: 4,
    DuplicateReason.SAME_NAME: 3,
    DuplicateReason.NEAR_PHONE: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record that may be the same person. ``reasons``: strongest first."""

    customer: Customer
    reasons: tuple[DuplicateReason, ...]

    @property
    def score(self) -> int:
        """The likelihood as a number; higher is likelier."""
        return sum(WEIGHTS[reason] for reason in self.reasons)


class CustomerDuplicates:
    """Suggests records to merge."""

    def __init__(self, units: CustomerUnitsOfWork, lookups: Lookups) -> None:
        self._db = units.db
        self._lookups = lookups

    async def suggestions(self, agent: Agent, customer_id: UUID) -> list[Suggestion]:
        """Return records that may be the same person, likeliest first, at most ``MAX_SUGGESTIONS``.

        A name alone is no reason, because thousands share it.

        Raises:
            NotFoundError: the customer does not exist.
            TooManyError: the agent asked about too many numbers or addresses with one mask: by writing numbers into
                a record one could find out which records have them.
        """
        async with self._db.reading() as session:
            customer = require_customer(
                await customer_queries.following_merges(session, customer_id)
            )
        await self._lookups.admit(agent, _values(customer), only_alike=True)
        async with self._db.reading() as session:
            alike = list(await queries.with_phones(session, phones_of(customer)))
            if customer.email:
                alike += await queries.with_email(session, customer.email)
            near = [
                one
                for one, phone in await queries.namesakes(session, customer.name)
                if is_near(phone, customer.phone)
            ]
            alike += await customer_queries.by_ids(session, near) if near else []
        others = {one.id: one for one in alike if one.id != customer.id}
        suggested = [
            Suggestion(customer=one, reasons=why)
            for one in others.values()
            if (why := reasons(customer, one))  # not the same number with different extensions
        ]
        return sorted(suggested, key=_order)[:MAX_SUGGESTIONS]


def _values(customer: Customer) -> list[WholeValue]:
    emails = [WholeValue.of_email(customer.email)] if customer.email else []
    return [*map(WholeValue.of_phone, phones_of(customer)), *emails]


def reasons(one: Customer, other: Customer) -> tuple[DuplicateReason, ...]:
    """Return why two records may be one person, strongest reason first."""
    emails = {(each.email or '').lower() for each in (one, other)}
    numbers = {*phones_of(one)} & {*phones_of(other)}
    claims = {
        DuplicateReason.SAME_PHONE: bool(numbers),
        DuplicateReason.SAME_EMAIL: len(emails) == 1 and '' not in emails,
        DuplicateReason.SAME_NAME: name_key(one.name) == name_key(other.name),
        DuplicateReason.NEAR_PHONE: not numbers and is_near(one.phone, other.phone),
    }
    return tuple(reason for reason, holds in claims.items() if holds)


def is_near(one: str, other: str) -> bool:
    """Whether two numbers differ by one slip: a wrong digit, two swapped, or one left out."""
    if len(one) == len(other):
        at = [place for place in range(len(one)) if one[place] != other[place]]
        is_swap = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]]
        return len(at) < 2 or (is_swap and one[at[1]] == other[at[0]])
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )


def _order(suggestion: Suggestion) -> tuple[int, int, str]:
    customer = suggestion.customer
    return -suggestion.score, -(customer.total_chats + customer.total_calls), str(customer.id)
