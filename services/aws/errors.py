"""Translates errors of AWS and boto3 into the desk's own; no other module does."""

from collections.abc import Callable

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotFoundError,
    TooManyError,
    UpstreamError,
)

THROTTLED_SECONDS = 2
QUOTA_SECONDS = 60
_SERVER_FAULT = 500
DENIED = frozenset({
    'AccessDenied', 'AuthorizationError', 'AuthFailure', 'ExpiredToken', 'IncompleteSignature', 'InvalidAccessKeyId',
    'InvalidClientTokenId', 'InvalidSignature', 'InvalidToken', 'KMSAccessDenied', 'MissingAuthenticationToken',
    'NotAuthorized', 'OptInRequired', 'RequestExpired', 'SignatureDoesNotMatch', 'UnrecognizedClient',
})  # fmt: skip
"""How services say that the desk's credentials are wrong or ended, or that its role may not do this (IAM, Common Errors)."""
_WITHOUT_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)


def code_of(error: Exception) -> str:
    """Return AWS's error code without its ending; empty for an error that the service did not send."""
    if not isinstance(error, ClientError):
        return ''
    return str(error.response.get('Error', {}).get('Code', '')).removesuffix('Exception')


def is_fault(error: Exception) -> bool:
    """Whether the service failed or was unreachable, rather than refused the call."""
    if not isinstance(error, ClientError):
        return True
    status = error.response.get('ResponseMetadata', {}).get('HTTPStatusCode', _SERVER_FAULT)
    return bool(status >= _SERVER_FAULT)


def is_denied(error: Exception) -> bool:
    """Whether AWS does not let the desk in: its credentials are missing, wrong or ended, or its role may not do this."""
    return code_of(error) in DENIED or isinstance(error, _WITHOUT_CREDENTIALS)


def translated(error: BotoCoreError | ClientError) -> DeskError:
    """Return the desk's error for an error of boto3."""
    if is_denied(error):
        return UpstreamError('connect.denied')
    make = _MEANINGS.get(code_of(error))
    if make is not None:
        return make()
    return UpstreamError('connect.away') if is_fault(error) else ConflictError('connect.refused')


_MEANINGS: dict[str, Callable[[], DeskError]] = {
    'Throttling': lambda: TooManyError('connect.busy', wait_seconds=THROTTLED_SECONDS),
    'TooManyRequests': lambda: TooManyError('connect.busy', wait_seconds=THROTTLED_SECONDS),
    'LimitExceeded': lambda: TooManyError('connect.quota', wait_seconds=QUOTA_SECONDS),
    'ServiceQuotaExceeded': lambda: TooManyError('connect.quota', wait_seconds=QUOTA_SECONDS),
    'DestinationNotAllowed': lambda: InvalidInputError('call.destination'),
    'OutboundContactNotPermitted': lambda: InvalidInputError('call.unwanted'),
    'ResourceNotFound': lambda: NotFoundError('connect.not_found'),
    'NoSuchBucket': lambda: NotFoundError('connect.not_found'),
    'NotFound': lambda: NotFoundError('connect.not_found'),
    'NoSuchKey': lambda: NotFoundError('connect.not_found'),
    'ContactNotFound': lambda: NotFoundError('connect.not_found'),
    'Conflict': lambda: ConflictError('connect.refused'),
    'Idempotency': lambda: ConflictError('connect.refused'),
}
