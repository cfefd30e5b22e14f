"""Weight statistics of checkpoints, streamed from their files: nothing is loaded, memory does not grow."""
