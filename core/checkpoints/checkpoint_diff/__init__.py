"""Two checkpoints compared tensor by tensor, streamed from their files: neither is loaded."""
