"""Is the data good: suites, verdicts and the warehouses they ask."""
