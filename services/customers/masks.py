"""Masked values of a customer, for readers who may not see phone numbers and e-mail addresses."""

from collections.abc import Mapping

from services.customers.fields import Value
from services.customers.personal_data import masked_email, masked_phone


def masked_value(field: str, value: Value) -> Value:
    """Return a field's value with phone numbers and e-mail addresses masked."""
    if field == 'phones' and isinstance(value, list):
        return [masked_phone(one) for one in value]
    if field == 'email' and isinstance(value, str):
        return masked_email(value)
    return value


def masked_changes(changes: Mapping[str, list[Value]]) -> dict[str, list[Value]]:
    """Return changes, by field [before, after], with phone numbers and e-mail addresses masked."""
    return {
        field: [masked_value(field, value) for value in values] for field, values in changes.items()
    }
