"""Warnings to read before talking to a customer, gravest first."""

from enum import StrEnum

from models import Customer, CustomerStatus, RiskLevel


class CustomerWarning(StrEnum):
    """A warning about a customer: 차단, 주의 높음, 주의, 휴면."""

    BLOCKED = 'blocked'
    HIGH_RISK = 'high_risk'
    MEDIUM_RISK = 'medium_risk'
    INACTIVE = 'inactive'

    @property
    def is_grave(self) -> bool:
        """Whether it is shown wherever the customer is."""
        return self in {CustomerWarning.BLOCKED, CustomerWarning.HIGH_RISK}


_OF_STATUS = {
    CustomerStatus.BLOCKED: CustomerWarning.BLOCKED,
    CustomerStatus.INACTIVE: CustomerWarning.INACTIVE,
}
_OF_RISK = {
    RiskLevel.HIGH: CustomerWarning.HIGH_RISK,
    RiskLevel.MEDIUM: CustomerWarning.MEDIUM_RISK,
}


def warnings_of(customer: Customer) -> tuple[CustomerWarning, ...]:
    """Return all warnings of a customer, gravest first."""
    return warnings_for(customer.status, customer.risk_level)


def warnings_for(status: CustomerStatus, risk: RiskLevel) -> tuple[CustomerWarning, ...]:
    """Return the warnings for a status and a risk level, gravest first."""
    found = {_OF_STATUS.get(status), _OF_RISK.get(risk)}
    return tuple(one for one in CustomerWarning if one in found)
