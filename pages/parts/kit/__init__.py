"""Building blocks of every screen: browser components, buttons, dialogs, times."""
