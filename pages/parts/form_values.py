"""Plain forms on a page: the browser's own fields, whose values are heard all at once."""

VALUES_OF_FORM = '(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.currentTarget))) }'
"""For ``on('submit', …, js_handler=…)``: what stands in the fields then. What Hangul still composes is no Enter."""
