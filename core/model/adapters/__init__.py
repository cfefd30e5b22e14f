"""Adapters: their cards and health, and how one is attached to its base."""

import warnings

# PEFT 0.21 asks transformers 5.23 by an old name; nothing that a user could mend.
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
