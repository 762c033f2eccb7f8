"""Comprehend's newer protocol, ``smithy-rpc-v2-cbor``: botocore's parser and serializer in reverse.

The client's parser reads requests with the input's shape, and its serializer writes answers as if
the output were an input.
"""

from botocore.model import DenormalizedStructureBuilder, OperationModel, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from typing_extensions import override

from desk.sandbox.connect.aws.models import Operation
from desk.sandbox.connect.world.events import Json

CONTENT_TYPE = 'application/cbor'
HEADERS = {'smithy-protocol': 'rpc-v2-cbor'}
_PROTOCOL = 'smithy-rpc-v2-cbor'
_ERROR = DenormalizedStructureBuilder().with_members(
    {'__type': {'type': 'string'}, 'message': {'type': 'string'}}
)


class _Turned(OperationModel):
    """An operation with another shape as its input."""

    shape: StructureShape

    @property
    @override
    def input_shape(self) -> StructureShape:
        """Return the shape to write."""
        return self.shape


def read(operation: Operation, body: bytes) -> Json:
    """Return the parameters of a request."""
    response = {'body': body, 'headers': {}, 'status_code': 200}
    found = create_parser(_PROTOCOL).parse(response, _present(operation.model.input_shape))
    return {key: value for key, value in found.items() if key != 'ResponseMetadata'}


def write(operation: Operation, answer: Json) -> bytes:
    """Return an answer's body."""
    return _written(operation, _present(operation.model.output_shape), answer)


def write_error(operation: Operation, name: str, message: str) -> bytes:
    """Return an error's body."""
    return _written(operation, _ERROR.build_model(), {'__type': name, 'message': message})


def _written(operation: Operation, shape: StructureShape, value: Json) -> bytes:
    model = operation.model
    turned = _Turned({'name': operation.name, 'http': model.http}, model.service_model)
    turned.shape = shape
    return bytes(create_serializer(_PROTOCOL).serialize_to_request(value, turned)['body'])


def _present(shape: StructureShape | None) -> StructureShape:
    if shape is None:
        message = 'Every operation of Comprehend has an input and an output'
        raise TypeError(message)
    return shape
