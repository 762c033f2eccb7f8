"""The supported operations and their routes, read from botocore's service models."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

REST_SERVICES = ('connect', 'connectparticipant', 'connect-contact-lens')
RPC_SERVICE = 'comprehend'


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of one service."""

    service: str
    name: str
    model: OperationModel = field(repr=False)

    @property
    def key(self) -> str:
        """The key of its handler: ``connect.StopContact``."""
        return f'{self.service}.{self.name}'

    @property
    def error_names(self) -> dict[str, int]:
        """The errors in the model, each with its HTTP status."""
        return {
            shape.name: int(shape.metadata.get('error', {}).get('httpStatusCode', 400))
            for shape in self.model.error_shapes
        }


@dataclass(slots=True)
class _Node:
    fixed: dict[str, '_Node'] = field(default_factory=dict)
    label: '_Node | None' = None
    found: dict[str, tuple[Operation, list[str]]] = field(default_factory=dict)


class Catalogue:
    """Every operation of the simulated services."""

    def __init__(self) -> None:
        loader = Loader()
        self._root = _Node()
        self._rpc: dict[str, Operation] = {}
        self.operations: dict[str, Operation] = {}
        for service in (*REST_SERVICES, RPC_SERVICE):
            description = loader.load_service_model(service, 'service-2')
            self._add_service(service, ServiceModel(description, service))

    def at(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return the operation of a REST request, with the values of its path's labels."""
        values: list[str] = []
        node = self._root
        for part in raw_path.strip('/').split('/'):
            following = node.fixed.get(part)
            if following is None and node.label is not None and part:
                values.append(unquote(part))
                following = node.label
            if following is None:
                return None
            node = following
        if method not in node.found:
            return None
        operation, names = node.found[method]
        return operation, dict(zip(names, values, strict=True))

    def rpc(self, name: str) -> Operation | None:
        """Return the Comprehend operation with a name."""
        return self._rpc.get(name)

    def _add_service(self, service: str, model: Any) -> None:
        for name in model.operation_names:
            operation = Operation(service=service, name=name, model=model.operation_model(name))
            self.operations[operation.key] = operation
            if service == RPC_SERVICE:
                self._rpc[name] = operation
            else:
                self._add_route(operation)

    def _add_route(self, operation: Operation) -> None:
        node, names = self._root, list[str]()
        for part in operation.model.http['requestUri'].strip('/').split('/'):
            if part.startswith('{'):
                names.append(part.strip('{}'))
                node.label = node.label or _Node()
                node = node.label
            else:
                node = node.fixed.setdefault(part, _Node())
        node.found[operation.model.http['method']] = (operation, names)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once."""
    return Catalogue()
