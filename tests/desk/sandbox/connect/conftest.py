"""The sandbox that all tests of a worker share."""

from tests.desk.sandbox.connect.standing import box, running

__all__ = ['box', 'running']
