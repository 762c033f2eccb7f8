"""Telephone numbers and e-mail addresses as everybody may see them, and who may see them whole."""


def masked_phone(digits: str) -> str:
    """Return a number with its middle hidden, spelled the Korean way: ``010-****-5678``; empty stays empty.

    What is no Korean number keeps its last four digits only.
    """
    end = digits[-4:]
    if not digits.isdigit() or not 9 <= len(digits) <= 11 or not digits.startswith('0'):
        return f'****-{end}' if len(digits) > 4 else '****' if digits else ''
    area = 2 if digits.startswith('02') else 3
    return f'{digits[:area]}-{"*" * (len(digits) - area - 4)}-{end}'


def masked_email(address: str | None) -> str:
    """Return an address with its name hidden but for two letters: ``mi***@example.com``; none stays empty."""
    if not address:
        return ''
    name, at, domain = address.rpartition('@')
    if not at:
        return '***'
    return f'{name[: 2 if len(name) > 2 else 1]}***@{domain}'
