"""Parts of the reports screen."""
