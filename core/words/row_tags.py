"""Tags of rows in words."""

from __future__ import annotations

from core.results.row_tags import NEAR, RowTag

TAGS = {
    RowTag.SURE_AND_WRONG: "wrong and sure",
    RowTag.RIGHT_AND_UNSURE: "right and unsure",
    RowTag.LABEL_NEAR: f"label in the first {NEAR}",
    RowTag.LABEL_LIKELY_WRONG: "label likely wrong",
    RowTag.ALIKE: "stands twice",
    RowTag.FLIPS: "flips under a typo",
    RowTag.UNLIKE: "unlike the training rows",
    RowTag.MARKED: "marked",
}
