"""The words by which somebody gives a reason that none of the listed ones is."""

from desk.errors import InvalidInputError

MAX_WHY_CHARS = 100


def parse_why(why: str, *, error_key: str) -> str:
    """Return a reason in one line. Raises ``InvalidInputError`` with this key for none, or for too many words."""
    why = ' '.join(why.split())
    if not why or len(why) > MAX_WHY_CHARS:
        raise InvalidInputError(error_key, most=MAX_WHY_CHARS)
    return why
