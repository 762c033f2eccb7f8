"""The chat on other sites: which site may show it and how, who its visitor is, and the page that they look at."""
