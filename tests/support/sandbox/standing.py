"""One sandbox process a worker: whoever imports these fixtures shares it, and begins each test with a fresh centre."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from desk.sandbox import vendor
from desk.sandbox.connect.publishing import CONTACT_QUEUE
from desk.settings import Settings
from tests.support.sandbox.box import Box, running_box

STANDING = pytest.StashKey[Box]()


@pytest.fixture(scope='session')
def running(pytestconfig: pytest.Config) -> Box:
    """The process, with the softphone's side; it ends with the run."""
    if STANDING not in pytestconfig.stash:
        vendor.fetch(Settings().desk_home)
        stack = ExitStack()
        pytestconfig.add_cleanup(stack.close)
        folder = stack.enter_context(TemporaryDirectory(prefix='sandbox-'))
        pytestconfig.stash[STANDING] = stack.enter_context(running_box(Path(folder)))
    return pytestconfig.stash[STANDING]


@pytest.fixture
def box(running: Box) -> Box:
    """A fresh centre, whose clock stands still."""
    running.start_over()
    return running


@pytest.fixture
def contact_queue(box: Box) -> str:
    """The queue of contact events, without what other centres told: their contacts have the same ids."""
    sqs = box.client('sqs')
    queue_url = str(sqs.get_queue_url(QueueName=CONTACT_QUEUE)['QueueUrl'])
    # Also what a desk of another test had taken out and not dealt with: the queue would deliver it again, to this test.
    sqs.purge_queue(QueueUrl=queue_url)
    return queue_url
