"""The administrators' settings on screen: queues, people, skills."""
