"""열람: everything that the desk holds about one customer, for the customer who asks for it."""
