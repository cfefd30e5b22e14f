"""A fake of every Protocol of `core.services`: no model, no thread, no torch; answers made of the text's words."""
