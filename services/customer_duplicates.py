"""Who may be the same person twice on record, the likeliest first, and why."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models import Agent, Customer
from services import customer_merging_queries as queries
from services import customer_queries
from services.customer_fields import phones_of
from services.customer_records import found
from services.customer_work import CustomerWorkshop

MAX_SUGGESTIONS = 10


class Reason(StrEnum):
    """Why two records may be one person: 같은 전화번호, 같은 이메일, 같은 이름, 이름이 같고 번호가 비슷함."""

    SAME_PHONE = 'same_phone'
    SAME_EMAIL = 'same_email'
    SAME_NAME = 'same_name'
    NEAR_PHONE = 'near_phone'


WEIGHTS = {
    Reason.SAME_PHONE: 4,
    Reason.SAME_EMAIL: 4,
    Reason.SAME_NAME: 3,
    Reason.NEAR_PHONE: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record that may be of the same person. ``reasons``: the strongest first."""

    customer: Customer
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """How likely it is."""
        return sum(WEIGHTS[reason] for reason in self.reasons)


class CustomerDuplicates:
    """Suggests what may be merged."""

    def __init__(self, workshop: CustomerWorkshop) -> None:
        self._db = workshop.db

    async def suggestions(self, _agent: Agent, customer_id: UUID) -> list[Suggestion]:
        """Return who may be the same as this customer, the likeliest first, at most ``MAX_SUGGESTIONS``.

        A name alone says nothing: thousands are called alike. Raises ``NotFoundError``.
        """
        async with self._db.reading() as session:
            customer = found(await customer_queries.following_merges(session, customer_id))
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
            Suggestion(customer=one, reasons=reasons(customer, one)) for one in others.values()
        ]
        return sorted(suggested, key=_order)[:MAX_SUGGESTIONS]


def reasons(one: Customer, other: Customer) -> tuple[Reason, ...]:
    """Return why two records may be one person, the strongest first."""
    emails = {(each.email or '').lower() for each in (one, other)}
    numbers = {*phones_of(one)} & {*phones_of(other)}
    claims = {
        Reason.SAME_PHONE: bool(numbers),
        Reason.SAME_EMAIL: len(emails) == 1 and '' not in emails,
        Reason.SAME_NAME: _key(one.name) == _key(other.name),
        Reason.NEAR_PHONE: not numbers and is_near(one.phone, other.phone),
    }
    return tuple(reason for reason, holds in claims.items() if holds)


def is_near(one: str, other: str) -> bool:
    """Whether two numbers differ by one slip: a digit, two that changed places, or one left out."""
    if len(one) == len(other):
        at = [place for place in range(len(one)) if one[place] != other[place]]
        is_swap = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]]
        return len(at) < 2 or (is_swap and one[at[1]] == other[at[0]])
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer))
    )


def _key(name: str) -> str:
    return ''.join(name.lower().split())


def _order(suggestion: Suggestion) -> tuple[int, int, str]:
    customer = suggestion.customer
    return -suggestion.score, -(customer.total_chats + customer.total_calls), str(customer.id)
