"""The softphone service's errors: a name that the library knows, and a status."""

from desk.sandbox.connect.world import refusals

UNAUTHORIZED, DENIED = 'UnauthorizedException', 'AccessDeniedException'
INVALID_STATE = 'InvalidStateException'
BAD_ENDPOINT = 'BadEndpointException'
QUOTA = 'QuotaExceededException'
VALIDATION = 'ValidationException'
THROTTLED = 'ThrottlingException'
UNKNOWN = 'UnknownOperationException'
FAILED = 'InternalServiceException'
NOT_FOUND = 'ContactNotFoundException'
RESUMED = 'CallAlreadyResumedException'
STATUSES = {UNAUTHORIZED: 401, DENIED: 403, FAILED: 500}
"""All others have 400. The library signs in again at 401, and reports denied access at 403."""

NAMES: tuple[tuple[type[refusals.Refusal], str], ...] = (
    (refusals.NotPermitted, BAD_ENDPOINT),
    (refusals.OverQuota, QUOTA),
    (refusals.Resumed, RESUMED),
    (refusals.Refusal, INVALID_STATE),
)
MESSAGES = {RESUMED: 'Error received from Voice Service'}  # streams#735


class SoftphoneError(Exception):
    """An error as the answer."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.status = STATUSES.get(name, 400)


def refused(refusal: refusals.Refusal) -> SoftphoneError:
    """Return the error for a refusal of the world."""
    name = next(name for kind, name in NAMES if isinstance(refusal, kind))
    return SoftphoneError(name, MESSAGES.get(name, str(refusal)))
