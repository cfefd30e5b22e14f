"""The texts of a dry run when nobody gives others: a short one and a long one."""

TEXTS = (
    "My card has not arrived.",
    "I ordered a new card two weeks ago, it still has not arrived, and nobody can tell me where it is now.",
)
#: Texts that one dry run takes at most.
MOST = 8
