"""Probabilities of a teacher as a file that `train` reads as `data.soft_labels_file`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray


def soft_labels(classes: Sequence[str], probabilities: NDArray[Any]) -> bytes:
    """Parquet with one column a class under its name and one row a text: probabilities (N, K), written in float32."""
    import pyarrow
    import pyarrow.parquet as parquet

    columns = {name: probabilities[:, k].astype("float32") for k, name in enumerate(classes)}
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()
