"""`python -m pages.ui.serve`, the older name of `python -m server`, for scripts that start it so."""

from __future__ import annotations

from server.__main__ import main

if __name__ == "__main__":
    main()
