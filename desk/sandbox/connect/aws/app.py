"""The AWS interfaces as one ASGI app: Connect, its participant service, Contact Lens and Comprehend.

A request is routed, throttled, parsed, checked and answered by botocore's models; ``operations``
implements each operation.
"""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs
from uuid import uuid4

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.sandbox.connect.aws import cbor, checking, errors, reading
from desk.sandbox.connect.aws.models import Operation, catalogue
from desk.sandbox.connect.aws.operations import HANDLERS, Call
from desk.sandbox.connect.aws.paging import BadToken
from desk.sandbox.connect.aws.throttles import Throttles
from desk.sandbox.connect.aws.tokens import keep_answer, known_answer
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import Refusal

log = structlog.get_logger()

Protocol = Literal['rest', 'json', 'cbor']
TARGET = 'Comprehend_20171127'


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A requested operation, with the values of its path."""

    operation: Operation
    protocol: Protocol
    path: dict[str, str] = field(default_factory=dict)


class AwsSide:
    """Answers AWS requests for one centre."""

    def __init__(self, centre: Centre, *, throttled: bool = True) -> None:
        self.centre = centre
        self.throttles = Throttles(on=throttled)

    def forget(self) -> None:
        """Reset all rate limits, for a centre that starts over."""
        self.throttles.reset()

    async def __call__(self, request: Request) -> Response:
        """Answer one request; errors are in AWS's formats too."""
        asked = find(request)
        if asked is None:
            return _error_response(errors.unknown(f'{request.method} {request.url.path}'), None)
        body = await request.body()
        try:
            await self.centre.rest(self.centre.faults.plan.latency_seconds)
            answer = self.answer(asked, request, body)
        except errors.AwsError as error:
            return _error_response(error, asked)
        except Exception:
            log.exception('sandbox_operation_failed', operation=asked.operation.key)
            return _error_response(errors.broken(asked.operation), asked)
        return _response(asked, answer)

    def answer(self, asked: Asked, request: Request, body: bytes) -> Json:
        """Return an operation's answer.

        Raises:
            AwsError: the answer is an error.
        """
        operation = asked.operation
        handler = HANDLERS.get(operation.key)
        if handler is None:
            raise errors.unknown(f'{operation.name} (the sandbox does not simulate it)')
        self._admit(operation)
        parameters = _checked(operation, _read(asked, request, body))
        self._check_instance(operation, parameters)
        try:
            with self.centre.acting() as world:
                known = known_answer(world.state, operation.key, parameters, world.now)
                if known is not None:
                    return known
                call = Call(world=world, parameters=parameters, base_url=str(request.base_url))
                answer = handler(call)
                keep_answer(world.state, operation.key, parameters, answer, world.now)
                return answer
        except Refusal as refusal:
            raise errors.refused(operation, refusal) from refusal
        except BadToken as bad:
            raise errors.invalid(operation, str(bad)) from bad

    def _admit(self, operation: Operation) -> None:
        faults = self.centre.faults
        if fault := faults.due(operation.key):
            raise errors.error(operation, (fault.error,), fault.message)
        if faults.plan.throttling:
            raise errors.throttled(operation)
        if not self.throttles.admits(operation.key, self.centre.clock.now()):
            raise errors.throttled(operation)

    def _check_instance(self, operation: Operation, parameters: Json) -> None:
        """Refuse any other instance than this one, by id or ARN."""
        instance = self.centre.world.state.instance
        asked = parameters.get('InstanceId', instance.id)
        if asked not in {instance.id, instance.arn}:
            raise errors.error(operation, errors.NOT_THERE, f'Instance {asked} does not exist')


def find(request: Request) -> Asked | None:
    """Return the operation of a request, or ``None``."""
    raw_path = request.scope.get('raw_path', request.url.path.encode()).decode('latin-1')
    raw_path = raw_path.split('?')[0]
    if request.method == 'POST' and raw_path == '/':
        target, _, name = request.headers.get('x-amz-target', '').partition('.')
        operation = catalogue().rpc(name) if target == TARGET else None
        return Asked(operation=operation, protocol='json') if operation else None
    prefix = f'/service/{TARGET}/operation/'
    if request.method == 'POST' and raw_path.startswith(prefix):
        operation = catalogue().rpc(raw_path.removeprefix(prefix))
        return Asked(operation=operation, protocol='cbor') if operation else None
    found = catalogue().at(request.method, raw_path)
    return Asked(operation=found[0], protocol='rest', path=found[1]) if found else None


def _read(asked: Asked, request: Request, body: bytes) -> Json:
    shape = asked.operation.model.input_shape
    try:
        if asked.protocol == 'rest':
            query = parse_qs(request.url.query, keep_blank_values=True)
            return reading.read_rest(shape, asked.path, query, request.headers, body)
        if asked.protocol == 'json':
            return reading.read_body(shape, body) if shape else {}
        return cbor.read(asked.operation, body)
    except reading.Unreadable as error:
        raise errors.malformed(asked.operation, str(error)) from error


def _checked(operation: Operation, parameters: Json) -> Json:
    shape = operation.model.input_shape
    if shape is None:
        return parameters
    if lacking := next(checking.lacking(shape, parameters), None):
        raise errors.malformed(operation, lacking)
    if wrong := next(checking.wrong(shape, parameters), None):
        raise errors.invalid(operation, wrong)
    return parameters


def _response(asked: Asked, answer: Json) -> Response:
    headers = _headers(asked)
    if asked.protocol == 'cbor':
        content = cbor.write(asked.operation, answer)
        return Response(content, headers=headers, media_type=cbor.CONTENT_TYPE)
    shape = asked.operation.model.output_shape
    if shape is None:
        return Response(headers=headers)
    media_type = 'application/x-amz-json-1.1' if asked.protocol == 'json' else 'application/json'
    return JSONResponse(reading.written(shape, answer), headers=headers, media_type=media_type)


def _error_response(error: errors.AwsError, asked: Asked | None) -> Response:
    headers = _headers(asked) | {'x-amzn-ErrorType': error.name}
    if asked is not None and asked.protocol == 'cbor':
        content = cbor.write_error(asked.operation, error.name, error.message)
        return Response(content, error.status, headers, cbor.CONTENT_TYPE)
    body = {'__type': error.name, 'Message': error.message, 'message': error.message}
    return JSONResponse(body, error.status, headers)


def _headers(asked: Asked | None) -> dict[str, str]:
    more = cbor.HEADERS if asked is not None and asked.protocol == 'cbor' else {}
    return {'x-amzn-RequestId': str(uuid4()), **more}
