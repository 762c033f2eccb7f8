"""Plans the merge of two records field by field, and its undo: pure functions on values.

By default nothing is lost: numbers and memos are combined, an empty field takes the other record's
value, and the more restrictive status and the higher risk stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from desk.errors import InvalidInputError
from models import CallPermission, CustomerStatus, RiskLevel
from services.customers.fields import MAX_MEMO_CHARS, MAX_PHONES, Value, Values

MERGED, PARTED = 'merged', 'parted'
"""The names of a merge and its undo in ``customer_changes``, beside the other record's number."""
BLOCK_END = 'blocked_until'
"""The name in ``customer_changes`` of the end of a block that a merge changed: [before, after], as ISO 8601."""
BESIDE = (MERGED, PARTED, BLOCK_END)
"""What such a row holds beside fields."""


class Side(StrEnum):
    """The record whose value stays: the kept one, the merged one, or both (numbers and memo)."""

    KEPT = 'kept'
    MERGED = 'merged'
    BOTH = 'both'


BOTH_FIELDS = ('phones', 'memo')
_GRAVITY: dict[str, list[str]] = {
    'status': [CustomerStatus.ACTIVE, CustomerStatus.INACTIVE, CustomerStatus.BLOCKED],
    'risk_level': [RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH],
    'call_permission': [CallPermission.ANYTHING, CallPermission.SERVICE, CallPermission.NOTHING],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlan:
    """One field of two records: both values, the chosen side, and the result."""

    field: str
    kept: Value
    merged: Value
    side: Side
    result: Value

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return self.kept != self.merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A field that undoing a merge left alone, because it was changed since."""

    field: str
    before: Value
    """The value before the merge."""
    now: Value


def planned(kept: Values, merged: Values, choice: Mapping[str, Side]) -> tuple[FieldPlan, ...]:
    """Return the plan for every field. Raises ``InvalidInputError`` for an impossible choice."""
    fields = list(dict.fromkeys([*kept, *merged]))
    if unknown := [
        field
        for field, side in choice.items()
        if field not in fields or (side is Side.BOTH and field not in BOTH_FIELDS)
    ]:
        raise InvalidInputError('merge.choice', field=unknown[0])
    return tuple(_plan(field, kept.get(field), merged.get(field), choice) for field in fields)


def restored(merge: Mapping[str, list[Value]], now: Values) -> tuple[dict[str, Value], list[Left]]:
    """Return the values that undo a merge, and the fields that stay because they were changed since.

    ``merge`` holds its changes, by field [before, after]. Numbers that the merge added go; numbers
    added later stay. So does a block that was given another end since: ``now`` has it as ``BLOCK_END``.
    """
    values: dict[str, Value] = {}
    left: list[Left] = []
    has_other_end = BLOCK_END in merge and now.get(BLOCK_END) != merge[BLOCK_END][1]
    for field, (before, after) in merge.items():
        if field in BESIDE:
            continue
        current = now.get(field)
        if current == after and not (field == 'status' and has_other_end):
            values[field] = before
        elif field == 'phones' and (remaining := _without_came(before, after, current)):
            values[field] = remaining
        else:
            left.append(Left(field=field, before=before, now=current))
    return values, left


def _plan(field: str, kept: Value, merged: Value, choice: Mapping[str, Side]) -> FieldPlan:
    side = choice.get(field) or _side(field, kept, merged)
    results = {Side.KEPT: kept, Side.MERGED: merged}
    result = _both(field, kept, merged) if side is Side.BOTH else results[side]
    return FieldPlan(field=field, kept=kept, merged=merged, side=side, result=result)


def _side(field: str, kept: Value, merged: Value) -> Side:
    if field in _GRAVITY:
        order = _GRAVITY[field]
        return Side.MERGED if order.index(str(merged)) > order.index(str(kept)) else Side.KEPT
    if kept == merged or not merged:
        return Side.KEPT
    if not kept:
        return Side.MERGED
    return Side.BOTH if field in BOTH_FIELDS else Side.KEPT


def _both(field: str, kept: Value, merged: Value) -> Value:
    if field == 'phones':
        phones = list(dict.fromkeys([*(kept or []), *(merged or [])]))
        if len(phones) > MAX_PHONES:
            raise InvalidInputError('customer.phones_many', most=MAX_PHONES)
        return phones
    memo = '\n'.join(dict.fromkeys(str(one) for one in (kept, merged) if one))
    if len(memo) > MAX_MEMO_CHARS:
        raise InvalidInputError('customer.memo', most=MAX_MEMO_CHARS)
    return memo


def _without_came(before: Value, after: Value, current: Value) -> list[str]:
    """Return the current numbers without those that a merge added, plus those that it removed."""
    came = set(after or []) - set(before or [])
    gone = [phone for phone in before or [] if phone not in (after or [])]
    stayed = [phone for phone in current or [] if phone not in came]
    return list(dict.fromkeys([*stayed, *gone]))[:MAX_PHONES]
