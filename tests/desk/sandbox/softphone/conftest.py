"""The sandbox that all tests of a worker share, and a softphone in it."""

import pytest

from tests.support.sandbox.box import Box
from tests.support.sandbox.ccp import Ccp
from tests.support.sandbox.standing import box, running

__all__ = ['box', 'ccp', 'running']


@pytest.fixture
def ccp(box: Box) -> Ccp:
    """The first agent's softphone; the agent is available."""
    ccp = Ccp(box)
    ccp.choose('상담 가능')
    return ccp
