"""Programs of the project that the app does not need at run time."""
