"""What adapters add to their base, from the low-rank factors alone."""
