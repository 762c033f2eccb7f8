"""The sandbox that all tests of a worker share, and a softphone in it."""

import pytest

from tests.desk.sandbox.connect.box import Box
from tests.desk.sandbox.connect.standing import box, running
from tests.desk.sandbox.softphone.ccp import Ccp

__all__ = ['box', 'ccp', 'running']


@pytest.fixture
def ccp(box: Box) -> Ccp:
    """The first agent's softphone; the agent is available."""
    ccp = Ccp(box)
    ccp.choose('상담 가능')
    return ccp
