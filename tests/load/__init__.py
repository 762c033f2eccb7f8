"""Load: the benchmark of the budgets (DESIGN §8) and the soak of random schedules."""
