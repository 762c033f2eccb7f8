"""Groups at the provider, and what they mean at the desk: a role, and a department with its queues.

Nobody gets anything that is not written here: who is in none of the groups is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from models import AgentRole
from models.queue import MAX_LEVEL

ROLES = tuple(AgentRole)
"""From least to most rights."""
MAX_DEPARTMENT_CHARS = 100


Level = Annotated[int, Field(ge=1, le=MAX_LEVEL)]


class GroupMeaning(BaseModel):
    """What one group means."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    role: AgentRole
    department: str = Field(min_length=1, max_length=MAX_DEPARTMENT_CHARS)
    skills: Mapping[str, Level] | None = None
    """Levels by the names of the desk's skills; none where no group says anything about skills."""


class _Meanings(RootModel[dict[str, GroupMeaning]]):
    """The setting ``OIDC_GROUPS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups that count, and the claim that names a person's groups."""

    claim: str
    meanings: Mapping[str, GroupMeaning]

    @classmethod
    def of(cls, text: str, claim: str = 'groups') -> 'Groups':
        """Read the setting. Raises ``ValueError`` for anything but groups with a role and a department."""
        try:
            return cls(claim=claim, meanings=_Meanings.model_validate_json(text or '{}').root)
        except ValidationError as error:
            raise ValueError('OIDC_GROUPS is not a mapping of groups') from error

    def meaning_of(self, claims: Mapping[str, Any]) -> GroupMeaning | None:
        """Return what a person's groups give: the role and department of the one with most rights; none for a stranger.

        Of several groups with the same role the one that is written first counts. Skills are those of all their groups, each
        at its highest level. As soon as one group is written with skills, the provider decides everybody's.
        """
        named = claims.get(self.claim)
        names = {named} if isinstance(named, str) else {*_texts(named)}
        found = [meaning for name, meaning in self.meanings.items() if name in names]
        most = max(found, key=lambda one: ROLES.index(one.role), default=None)
        if most is None or all(one.skills is None for one in self.meanings.values()):
            return most
        levels: dict[str, int] = {}
        for one in found:
            for name, level in (one.skills or {}).items():
                levels[name] = max(level, levels.get(name, 0))
        return most.model_copy(update={'skills': levels})


def _texts(named: object) -> list[str]:
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
