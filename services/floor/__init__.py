"""The floor: queues, the routing of contacts to agents with its reasons, and the supervisors' board."""
