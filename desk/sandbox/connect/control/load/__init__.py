"""A played day of customers and agents. The same seed gives the same day, at any speed."""
