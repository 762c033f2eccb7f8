"""E-mail addresses: what can be written to, by the ``email-validator`` library, and nobody is asked over the network."""

from email_validator import EmailNotValidError, validate_email

from services.text.visible import trimmed

MAX_CHARS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets


def parse_email(text: str) -> str | None:
    """Return an address as it is kept, its domain in lower case; nothing when nobody can be written to there.

    One with a ``*`` is a masked one and no address.
    """
    if len(text) > MAX_CHARS or '*' in text:
        return None
    try:
        return validate_email(trimmed(text), check_deliverability=False).normalized
    except EmailNotValidError:
        return None
