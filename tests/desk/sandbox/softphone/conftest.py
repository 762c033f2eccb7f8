"""One sandbox process for the softphone's tests; every test begins with a fresh centre in it."""

from collections.abc import Iterator

import pytest

from desk.sandbox import vendor
from desk.settings import Settings
from tests.desk.sandbox.connect.box import Box, running_box
from tests.desk.sandbox.softphone.ccp import Ccp


@pytest.fixture(scope='session')
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    vendor.fetch(Settings().desk_home)
    with running_box(tmp_path_factory.mktemp('softphone'), SANDBOX_MOTO_PORT='0') as box:
        yield box


@pytest.fixture
def box(running: Box) -> Box:
    running.start_over()
    return running


@pytest.fixture
def ccp(box: Box) -> Ccp:
    """The first agent's softphone; the agent is available."""
    ccp = Ccp(box)
    ccp.choose('상담 가능')
    return ccp
