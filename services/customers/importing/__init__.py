"""Import of customers from a sheet: read it, try it, then store all of it or nothing."""
