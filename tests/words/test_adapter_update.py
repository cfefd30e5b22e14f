"""What an adapter adds to the weights, in words."""

from __future__ import annotations

import numpy as np

from core.results import AdapterUpdate, ModuleUpdate
from core.words import adapter_update


def test_where_an_adapter_changes_most() -> None:
    modules = tuple(
        ModuleUpdate(layer, "q_proj", 8, 2.0, np.array([1.0, 1.0]), norm, 10.0, False)
        for layer, norm in enumerate((0.5, 1.0))
    )
    assert adapter_update.update(AdapterUpdate(modules, (), 100, 0)) == (
        "It changes layer 1, q_proj most: what it adds is 10.0\u00a0% as large as the weight. Of the 8 directions that "
        "it may use in a module it uses 2.0 on average."
    )
