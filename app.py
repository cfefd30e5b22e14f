"""Headlight in the browser. A new page is one file in `pages/` and one line in `pages/ui/site_map.py`."""

from pages.ui import frame
from pages.ui.site_map import SITE_MAP

frame.run(SITE_MAP)
