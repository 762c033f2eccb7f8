"""SELECTs built with SQLAlchemy, compiled once for each shape, and read by the bare driver.

Building a statement costs little. Most of what a query costs the event loop is around it: a session, a pooled
connection, greenlets, result objects (decision 0040). Values travel as parameters, as always, and rows come back as
what a session returns: named tuples, and detached rows of the models.
"""

from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql import CompoundSelect, Select
from sqlalchemy.sql.compiler import SQLCompiler

MOST_SHAPES = 500
"""Compiled shapes that a process keeps; a shape is a statement without its values."""

StatementT = TypeVar('StatementT')
DriverRow = Sequence[Any]
Read = Callable[[DriverRow], Any]
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's


@dataclass(frozen=True, slots=True)
class DriverQuery:
    """What the driver needs: a text and its values."""

    text: str
    values: Mapping[str, Any]
    shape: '_Shape'
    is_short: bool = False
    """Whether pages ask it often and it takes the server milliseconds, as those that are built once."""

    @property
    def knows_columns(self) -> bool:
        """Whether its columns' types are known from an earlier run: to ask for them costs more than some rows do."""
        return self.shape.read is not None

    def rows(self, found: Sequence[DriverRow], kinds: Sequence[int]) -> list[Any]:
        """Return the driver's rows as named tuples of columns' values and models' rows.

        ``kinds`` are the columns' types by the server's numbers; not needed once the query ``knows_columns``.
        """
        read = self.shape.read or self.shape.reader(kinds)
        return [read(row) for row in found]


def driver_query(statement: Any, params: Mapping[str, Any] | None = None) -> DriverQuery | None:
    """Return a SELECT as the driver takes it; ``None`` for what only a session can run."""
    if (lasting := _LASTING.get(id(statement))) is not None:
        return lasting.with_values(params)
    if not _is_plain(statement):
        return None
    shape = statement._generate_cache_key()  # SQLAlchemy itself keeps what it compiled by this
    if shape is None:
        return None
    if shape.key not in _SHAPES:
        _SHAPES[shape.key] = _shape(statement, shape)
        if len(_SHAPES) > MOST_SHAPES:
            _SHAPES.popitem(last=False)
    _SHAPES.move_to_end(shape.key)
    known = _SHAPES[shape.key]
    return None if known is None else known.with_values(params, shape.bindparams)


def built_once(statement: StatementT) -> StatementT:
    """Keep a short statement that lives as long as the process, and differs in its ``params`` only: it is known by itself.

    Otherwise a statement's shape is worked out at each use, which for a long one costs more than the driver does.
    """
    shape = statement._generate_cache_key()  # type: ignore[attr-defined]  # a SELECT's
    assert shape is not None  # noqa: S101 - all parts of ours can be cached
    if compiled := _shape(statement, shape):
        _LASTING[id(statement)] = _Lasting.of(statement, compiled, shape.bindparams)
    return statement


def _is_plain(statement: Any) -> bool:
    """Whether a statement only reads, and asks nothing of a session."""
    if isinstance(statement, CompoundSelect):
        return True
    return (
        isinstance(statement, Select)
        and statement._for_update_arg is None
        and not statement._with_options
    )


@dataclass(slots=True)
class _Shape:
    compiled: SQLCompiler
    parts: Sequence['_Part']
    read: Read | None = None

    def reader(self, kinds: Sequence[int]) -> Read:
        types = [one.type for one in self.compiled._result_columns]
        self.read = read = _reader(self.parts, list(zip(types, kinds, strict=True)))
        return read

    def with_values(self, given: Mapping[str, Any] | None, bound: Sequence[Any]) -> DriverQuery:
        compiled = self.compiled
        values: Any = compiled.construct_params(given, extracted_parameters=bound)
        text, processors = compiled.string, dict[str, Any](compiled._bind_processors)
        if compiled.post_compile_params:  # one parameter for each value of an IN
            expanded = compiled._process_parameters_for_postcompile(values)
            text, values = expanded.statement, {**values, **expanded.additional_parameters}
            processors |= expanded.processors
        for name in processors.keys() & values.keys():
            values[name] = processors[name](values[name])
        return DriverQuery(text, values, self)


@dataclass(frozen=True, slots=True)
class _Lasting:
    """A statement that is built once: what is the same at each use, an ``IN`` of constants too, is worked out once."""

    statement: object
    """Kept, so that no other statement gets its id."""
    shape: _Shape
    bound: Sequence[Any]
    named: Mapping[str, Callable[[Any], Any] | None]
    """The names of the values that a use may supply, and what turns them into the driver's."""
    always: DriverQuery | None
    """The text, and the values that no use has to supply; ``None`` where a supplied list changes the text."""

    @classmethod
    def of(cls, statement: object, shape: _Shape, bound: Sequence[Any]) -> '_Lasting':
        compiled = shape.compiled
        names = compiled.bind_names
        named = {name: one for one, name in names.items() if not one.unique}
        always = None
        if named.keys().isdisjoint(names[one] for one in compiled.post_compile_params):
            whole = shape.with_values({name: one.value for name, one in named.items()}, bound)
            required = {name for name, one in named.items() if one.required}
            constants = {name: one for name, one in whole.values.items() if name not in required}
            always = DriverQuery(whole.text, constants, shape)
        processors: Mapping[str, Any] = compiled._bind_processors
        return cls(statement, shape, bound, {name: processors.get(name) for name in named}, always)

    def with_values(self, given: Mapping[str, Any] | None) -> DriverQuery:
        if self.always is None:
            return replace(self.shape.with_values(given, self.bound), is_short=True)
        values = dict(self.always.values)
        for name, value in (given or {}).items():
            if name in self.named:
                process = self.named[name]
                values[name] = process(value) if process else value
        return DriverQuery(self.always.text, values, self.shape, is_short=True)


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that a statement selects: a model (``mapper``) or an expression, from column ``at`` on."""

    name: str
    mapper: Mapper[Any] | None
    at: int


def _shape(statement: Any, shape: Any) -> _Shape | None:
    """Compile a statement; ``None`` when its columns are not simply those that it names."""
    compiled = statement.compile(dialect=_DIALECT, cache_key=shape)
    found = compiled._result_columns
    if isinstance(statement, CompoundSelect):
        return _Shape(compiled, [_Part(one.keyname, None, at) for at, one in enumerate(found)])
    parts, at = [], 0
    for one in statement.column_descriptions:
        mapper = _mapper_of(one)
        parts.append(_Part(str(one['name']), mapper, at))
        columns = [prop.columns[0] for prop in mapper.column_attrs] if mapper else [None]
        if mapper and len(mapper.attrs) > len(columns):
            return None  # a relationship is a session's
        for column, there in zip(columns, found[at:], strict=False):
            if column is not None and column not in there.objects:
                return None
        at += len(columns)
    if at != len(found) or compiled.escaped_bind_names:
        return None
    return _Shape(compiled, parts)


def _mapper_of(part: Mapping[str, Any]) -> Mapper[Any] | None:
    """Return the mapper of a selected model; ``None`` for a column or another expression."""
    if part.get('entity') is None or part['expr'] is not part['entity']:
        return None
    mapper: Mapper[Any] = inspect(part['entity']).mapper
    return mapper


def _reader(parts: Sequence[_Part], types: Sequence[tuple[Any, int]]) -> Read:
    processors = [
        one.dialect_impl(_DIALECT).result_processor(_DIALECT, kind) for one, kind in types
    ]
    processed = [(place, process) for place, process in enumerate(processors) if process]
    is_flat = not any(one.mapper for one in parts)
    makers = [_row_maker(one.mapper, one.at) if one.mapper else _value_at(one.at) for one in parts]
    named: Any = namedtuple('Found', [one.name for one in parts], rename=True)  # type: ignore[misc]

    def read(row: DriverRow) -> Any:
        values = list(row)
        for place, process in processed:
            values[place] = process(values[place])
        return named._make(values if is_flat else [make(values) for make in makers])

    return read


def _value_at(at: int) -> Read:
    return lambda values: values[at]


def _row_maker(mapper: Mapper[Any], at: int) -> Read:
    """Return what makes a detached row of a model, as a closed session leaves it; ``None`` where no row was joined."""
    keys = [one.key for one in mapper.column_attrs]
    key_places = [
        at + keys.index(mapper.get_property_by_column(one).key) for one in mapper.primary_key
    ]
    until = at + len(keys)
    new_instance = mapper.class_manager.new_instance

    def make(values: DriverRow) -> Any:
        key = tuple([values[place] for place in key_places])
        if all(one is None for one in key):
            return None
        row = new_instance()
        row.__dict__.update(zip(keys, values[at:until], strict=True))
        instance_state(row).key = mapper.identity_key_from_primary_key(key)  # this detaches it
        return row

    return make


_SHAPES: OrderedDict[Any, _Shape | None] = OrderedDict()
_LASTING: dict[int, _Lasting] = {}
