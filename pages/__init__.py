"""What people and programs see of the desk: screens, their parts and the API."""
