"""AWS's errors: names and status codes.

A refusal becomes the first of its names that the operation's model contains; botocore's model gives
the status.
"""

from desk.sandbox.connect.aws.models import Operation
from desk.sandbox.connect.world import refusals


class AwsError(Exception):
    """An error as the answer."""

    def __init__(self, name: str, message: str, status: int) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.status = status


INVALID = ('InvalidParameterException', 'InvalidRequestException', 'ValidationException')
MALFORMED = ('InvalidRequestException', 'ValidationException', 'InvalidParameterException')
NOT_THERE = ('ResourceNotFoundException', 'ValidationException', 'InvalidRequestException')
NAMES: dict[type[refusals.Refusal], tuple[str, ...]] = {
    refusals.NotThere: NOT_THERE,
    refusals.Gone: ('ContactNotFoundException', *NOT_THERE),
    refusals.NotPossible: ('InvalidRequestException', 'ValidationException'),
    refusals.TooLong: ('TextSizeLimitExceededException',),
    refusals.TooMany: ('BatchSizeLimitExceededException',),
    refusals.Unsupported: ('UnsupportedLanguageException',),
    refusals.NotPermitted: ('DestinationNotAllowedException', 'AccessDeniedException'),
    refusals.InTheWay: (
        'ConflictException',
        'ResourceConflictException',
        'IdempotencyException',
        'InvalidRequestException',
    ),
    refusals.Unwelcome: ('OutboundContactNotPermittedException', 'AccessDeniedException'),
    refusals.TokenReused: (
        'IdempotencyException',
        'ConflictException',
        'InvalidRequestException',
        'ValidationException',
    ),
    refusals.OverQuota: (
        'ServiceQuotaExceededException',
        'LimitExceededException',
        'InvalidRequestException',
    ),
}
STATUSES = {
    'ThrottlingException': 429,
    'TooManyRequestsException': 429,
    'AccessDeniedException': 403,
    'ExpiredTokenException': 403,
    'InvalidSignatureException': 403,
    'UnrecognizedClientException': 403,
    'ResourceNotFoundException': 404,
    'UnknownOperationException': 404,
    'InternalServiceException': 500,
    'InternalServerException': 500,
}


def error(operation: Operation, names: tuple[str, ...], message: str) -> AwsError:
    """Return the first of these errors that the operation's model contains."""
    known = operation.error_names
    name = next((name for name in names if name in known), names[0])
    return AwsError(name, message, known.get(name, STATUSES.get(name, 400)))


def refused(operation: Operation, refusal: refusals.Refusal) -> AwsError:
    """Return this operation's error for a refusal."""
    return error(operation, NAMES[type(refusal)], str(refusal))


def invalid(operation: Operation, message: str) -> AwsError:
    """Return the error for an invalid value."""
    return error(operation, INVALID, message)


def malformed(operation: Operation, message: str) -> AwsError:
    """Return the error for a request that is incomplete or cannot be parsed."""
    return error(operation, MALFORMED, message)


def throttled(operation: Operation) -> AwsError:
    """Return the error for too many requests; Connect sends it also where it is not modelled."""
    names = ('ThrottlingException', 'TooManyRequestsException')
    if 'ThrottlingException' not in operation.error_names and operation.service == 'connect':
        return AwsError('TooManyRequestsException', 'Too Many Requests', 429)
    return error(operation, names, 'Rate exceeded')


def unknown(what: str) -> AwsError:
    """Return the error for an unknown operation."""
    return AwsError('UnknownOperationException', f'{what} is not there', 404)


def broken(operation: Operation) -> AwsError:
    """Return the error for a bug in the simulator."""
    names = ('InternalServiceException', 'InternalServerException')
    return error(operation, names, 'Internal failure')
