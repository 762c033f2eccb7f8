"""Who works on what: queues, the routing of contacts to agents, and why."""
