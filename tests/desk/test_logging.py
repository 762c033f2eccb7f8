"""What the log never holds: local variables, parameters of SQL, addresses with queries."""

import logging as stdlib_logging
from collections.abc import Iterator

import pytest
import structlog

from desk import logging

SECRET = '010-1234-5678'


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = stdlib_logging.getLogger()
    handlers, level, processors = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**processors)


def fail() -> None:
    phone = SECRET
    raise RuntimeError(str(len(phone)))


@pytest.mark.parametrize('as_json', [True, False])
def test_traceback_comes_without_local_variables(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    logging.configure(as_json=as_json)
    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception('it_failed')

    written = capsys.readouterr().err
    assert 'it_failed' in written
    assert 'RuntimeError' in written
    assert SECRET not in written


def test_libraries_do_not_log_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure()

    stdlib_logging.getLogger('uvicorn.error').info('"WebSocket /socket.io/?client_id=%s"', SECRET)
    stdlib_logging.getLogger('httpx').info('GET http://desk/?phone=%s', SECRET)
    stdlib_logging.getLogger('other').info('heard')

    written = capsys.readouterr().err
    assert 'heard' in written
    assert SECRET not in written
