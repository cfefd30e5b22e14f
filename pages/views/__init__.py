"""The second half of a page, under the page's name: what it draws of a result."""
