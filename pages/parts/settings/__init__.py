"""What administrators set up: queues, people, skills."""
