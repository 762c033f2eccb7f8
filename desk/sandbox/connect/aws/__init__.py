"""AWS's side of the sandbox: its wire formats, answered from the simulated centre."""
