"""Headlight in the browser. A new page is one file in `pages/` and one line here."""

import streamlit as st

from pages.ui import frame

frame.run(
    [
        st.Page("pages/classify.py", title="Classify"),
        st.Page("pages/candidates.py", title="Candidates"),
    ],
    {
        "Why this class?": [
            st.Page("pages/why.py", title="Overview"),
            st.Page("pages/pooling.py", title="Pooling"),
            st.Page("pages/contributions.py", title="Contributions"),
            st.Page("pages/depth.py", title="Depth"),
            st.Page("pages/adapter.py", title="Adapter"),
            st.Page("pages/mask.py", title="Mask"),
            st.Page("pages/attention.py", title="Attention"),
            st.Page("pages/attributions.py", title="Attributions"),
            st.Page("pages/two_texts.py", title="Two texts"),
        ],
        "Inside the weights": [
            st.Page("pages/weights.py", title="Weights"),
            st.Page("pages/spectra.py", title="Spectra"),
            st.Page("pages/update.py", title="Adapter update"),
            st.Page("pages/two_adapters.py", title="Two adapters"),
            st.Page("pages/head.py", title="Head geometry"),
            st.Page("pages/checkpoints.py", title="Two checkpoints"),
            st.Page("pages/architecture.py", title="Architecture"),
            st.Page("pages/dry_run.py", title="Dry run"),
        ],
    },
)
