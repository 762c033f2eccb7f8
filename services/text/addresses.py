"""E-mail addresses, checked with the ``email-validator`` library and without any network lookup."""

from email_validator import EmailNotValidError, validate_email

from services.text.visible import trimmed

MAX_CHARS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets


def parse_email(text: str) -> str | None:
    """Return an address as it is stored, its domain in lower case; ``None`` when it is not valid.

    An address with a ``*`` is masked and counts as invalid.
    """
    if len(text) > MAX_CHARS or '*' in text:
        return None
    try:
        return validate_email(trimmed(text), check_deliverability=False).normalized
    except EmailNotValidError:
        return None
