"""Headlight without a user interface: candidates, models, predictions and their explanations, checkpoints, training."""

import logging

# At its import, which is PEFT's too, bitsandbytes warns of a kernel that is not used here, and at every layer of every
# pass of a rounding that the health report tells once.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
