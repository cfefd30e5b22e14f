"""What runs loaded candidates: what is in memory, what a load needs, loads under way."""
