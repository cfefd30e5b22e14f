"""Headlight in the browser. A new page is one file in `pages/` and one line here."""

import streamlit as st

from pages.ui import frame

frame.run(
    st.Page("pages/classify.py", title="Classify"),
    st.Page("pages/candidates.py", title="Candidates"),
)
