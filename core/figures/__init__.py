"""Results as figures: Plotly and HTML, pure functions, the same in pages and reports."""
