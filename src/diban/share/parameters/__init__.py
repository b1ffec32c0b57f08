"""Query parameters of the services, one per file: from text to a value, or `Invalid` naming the limit."""
