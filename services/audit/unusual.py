"""What is unusual in a person's month. The rule is this module; the review's page says the same in words.

A count is unusual when it is at least ``LEAST`` (of acts off hours: ``LEAST_OFF_HOURS``; of exports: ``LEAST_TAKEN``) and at
least ``TIMES`` the usual one: the mean of the person's own last ``MONTHS_BEFORE`` months in which they did anything, or the
median of the others with the same role in the same month. A network is unusual when the person has not signed in from it in
those months; where there are none, nothing is known of the person, and only the others are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from uuid import UUID

from models import AccessMonth

TIMES = 3
LEAST, LEAST_OFF_HOURS, LEAST_TAKEN = 20, 5, 3
MONTHS_BEFORE = 3


class Counted(StrEnum):
    """The counts that are compared; the names are those of ``AccessMonth``."""

    ENTRIES = 'entries'
    SHOWN = 'shown'
    TAKEN = 'taken'
    SUBJECTS = 'subjects'
    OFF_HOURS = 'off_hours'


LEASTS = {
    Counted.ENTRIES: LEAST,
    Counted.SHOWN: LEAST,
    Counted.TAKEN: LEAST_TAKEN,
    Counted.SUBJECTS: LEAST,
    Counted.OFF_HOURS: LEAST_OFF_HOURS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """One finding: a count with what was usual, or new networks, or alarms of the desk."""

    counted: Counted | None = None
    number: int = 0
    own: float | None = None
    """The person's own usual, where it was exceeded."""
    others: float | None = None
    """The others' usual, where it was exceeded."""
    networks: tuple[str, ...] = ()
    alarms: int = 0


def unusual(
    month: AccessMonth, before: Sequence[AccessMonth], others: Sequence[AccessMonth]
) -> list[Unusual]:
    """Return what is unusual in a person's month.

    Args:
        month: the person's month.
        before: their earlier months.
        others: the same month of the others with the same role.
    """
    found = [one for counted in Counted if (one := _counted(counted, month, before, others))]
    known = {network for one in before for network in one.networks}
    new = tuple(one for one in month.networks if one not in known) if known else ()
    if new:
        found.append(Unusual(networks=new))
    if month.alarms:
        found.append(Unusual(alarms=month.alarms))
    return found


def _counted(
    counted: Counted,
    month: AccessMonth,
    before: Sequence[AccessMonth],
    others: Sequence[AccessMonth],
) -> Unusual | None:
    number: int = getattr(month, counted.value)
    if number < LEASTS[counted]:
        return None
    own = sum(getattr(one, counted.value) for one in before) / len(before) if before else None
    theirs = median(getattr(one, counted.value) for one in others) if others else None
    over_own = own is not None and number >= TIMES * own
    over_others = theirs is not None and number >= TIMES * theirs
    if not over_own and not over_others:
        return None
    return Unusual(
        counted=counted,
        number=number,
        own=own if over_own else None,
        others=theirs if over_others else None,
    )


def by_person(rows: Sequence[AccessMonth]) -> Mapping[UUID, list[AccessMonth]]:
    """Return months by person."""
    found: dict[UUID, list[AccessMonth]] = {}
    for row in rows:
        found.setdefault(row.agent_id, []).append(row)
    return found
