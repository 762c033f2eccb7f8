"""The written form of a category: the names from the root down."""

from collections.abc import Sequence

from models import ContactCategory

BETWEEN = ' > '
"""The separator between levels."""


def path_names(line: Sequence[ContactCategory]) -> tuple[str, str]:
    """Return the path of a node in Korean and English; ``line`` leads from the root to it."""
    korean = BETWEEN.join(one.name for one in line)
    return korean, BETWEEN.join(one.name_en or one.name for one in line)
