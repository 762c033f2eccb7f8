"""The log of changed settings: what somebody reads to see who changed what, and takes a change back from."""

from collections.abc import Mapping
from uuid import UUID

from models import Agent, SettingChange, SettingKind
from services.work.unit_of_work import UnitOfWork

Values = Mapping[str, str]
"""A setting's fields, each as it is typed."""


def log_change(  # noqa: PLR0913 - a change has this many parts
    work: UnitOfWork,
    by: Agent,
    kind: SettingKind,
    subject_id: UUID,
    version: int,
    *,
    before: Values,
    after: Values,
) -> None:
    """Log a change in its unit of work: only the fields that differ; ``before`` is empty for an addition."""
    names = [name for name in after if before.get(name) != after[name]]
    work.session.add(
        SettingChange(
            kind=kind.value,
            subject_id=subject_id,
            version=version,
            by_id=by.id,
            before={name: before[name] for name in names if name in before},
            after={name: after[name] for name in names},
        )
    )
