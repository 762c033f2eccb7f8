"""The people of the desk as a sheet: exported, tried, and imported as a whole or not at all."""
