"""The sandbox that all tests of a worker share."""

from tests.desk.sandbox.connect.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']
