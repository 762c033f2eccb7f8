"""Faults on purpose: any error for any operation, as often as wished, and latency."""

from dataclasses import dataclass

from desk.sandbox.connect.aws import errors
from desk.sandbox.connect.aws.models import Operation


@dataclass(slots=True, kw_only=True)
class Fault:
    """An error that an operation answers with some times."""

    name: str
    times: int


class Faults:
    """What goes wrong next."""

    def __init__(self) -> None:
        self.latency_seconds = 0.0
        self._faults: dict[str, Fault] = {}

    def add(self, key: str, name: str, times: int) -> None:
        """Let an operation (``connect.StopContact``) answer with an error so many times."""
        self._faults[key] = Fault(name=name, times=times)

    def clear(self) -> None:
        """Let nothing go wrong."""
        self.latency_seconds = 0.0
        self._faults.clear()

    def of(self, operation: Operation) -> errors.AwsError | None:
        """Return the error that is due for this operation, if any; it is then one less."""
        fault = self._faults.get(operation.key)
        if fault is None or fault.times < 1:
            return None
        fault.times -= 1
        return errors.error(operation, (fault.name,), 'A fault on purpose')
