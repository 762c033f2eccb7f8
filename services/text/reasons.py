"""Free text for a reason that the list of reasons does not contain."""

from desk.errors import InvalidInputError

MAX_WHY_CHARS = 100


def parse_why(why: str, *, error_key: str) -> str:
    """Return a reason in one line.

    Raises ``InvalidInputError`` with this key when it is empty or too long.
    """
    why = ' '.join(why.split())
    if not why or len(why) > MAX_WHY_CHARS:
        raise InvalidInputError(error_key, most=MAX_WHY_CHARS)
    return why
