"""One sandbox process for the run; every test begins with a fresh centre in it."""

from collections.abc import Iterator

import pytest

from tests.desk.sandbox.connect.box import Box, running_box


@pytest.fixture(scope='session')
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with running_box(tmp_path_factory.mktemp('sandbox')) as box:
        yield box


@pytest.fixture
def box(running: Box) -> Box:
    running.start_over()
    return running
