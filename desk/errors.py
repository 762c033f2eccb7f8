"""The expected errors of the desk.

DeskError
├── NotFoundError          it does not exist or is not the reader's: the two look the same
├── NotAllowedError        the reader's role may not do this
├── NotSignedInError       nobody is signed in, or the session has ended
├── ConflictError          it is no longer in the state that the action needs
├── InvalidInputError      a value cannot be used
│   └── FieldsRefusedError several fields of a form cannot be used; each says why
├── TooLongError           the input is longer than the limit
├── UnsupportedKindError   the input has a media type or charset that is not accepted
├── TooManyError           it was tried too often; carries the seconds to wait
└── UpstreamError          a service outside the desk failed

Each carries a catalogue key and its values, so that readers get a sentence in their own language.
Any other exception is a bug.
"""

from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override


class DeskError(Exception):
    """An expected error: a catalogue key and the values of its sentence."""

    status: ClassVar[int] = 400
    """The HTTP status that the API answers with."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    @property
    def details(self) -> dict[str, object]:
        """Return what a program gets besides the sentence; no personal data."""
        return {}


class NotFoundError(DeskError):
    """It does not exist, or it is not the reader's."""

    status = 404


class NotAllowedError(DeskError):
    """The reader's role may not do this."""

    status = 403


class NotSignedInError(DeskError):
    """Nobody is signed in, the password is wrong, or the session has ended."""

    status = 401


class ConflictError(DeskError):
    """The object is no longer in the state that the action needs."""

    status = 409


class InvalidInputError(DeskError):
    """A value cannot be used."""

    status = 422


class FieldsRefusedError(InvalidInputError):
    """Several fields of a form cannot be used. Programs get the first error, people all of them."""

    def __init__(self, faults: Mapping[str, DeskError]) -> None:
        first = next(iter(faults.values()))
        super().__init__(first.key, **first.values)
        self.faults = dict(faults)


class TooLongError(DeskError):
    """The input is longer than the limit."""

    status = 413


class UnsupportedKindError(DeskError):
    """The input has a media type or charset that is not accepted."""

    status = 415


class TooManyError(DeskError):
    """It was tried too often. ``wait_seconds`` says how long to wait."""

    status = 429

    def __init__(self, key: str, *, wait_seconds: int, **values: object) -> None:
        super().__init__(key, wait_seconds=wait_seconds, **values)
        self.wait_seconds = wait_seconds

    @property
    @override
    def details(self) -> dict[str, object]:
        """Return the seconds to wait."""
        return {'wait_seconds': self.wait_seconds}


class UpstreamError(DeskError):
    """A service outside the desk failed or did not answer in time."""

    status = 502
