"""The written form of a category: the names from the root down."""

from collections.abc import Sequence

BETWEEN = ' > '
"""The separator between levels."""


def path_names(line: Sequence[tuple[str, str | None]]) -> tuple[str, str]:
    """Return the path of a node in Korean and English; ``line`` has both names of each node, from the root on."""
    korean = BETWEEN.join(name for name, _english in line)
    return korean, BETWEEN.join(english or name for name, english in line)
