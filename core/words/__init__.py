"""What people read: numbers, and the sentences of results. Pages, the report and the command line say the same."""
