"""The sandbox that all tests of a worker share."""

from tests.support.sandbox.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']
