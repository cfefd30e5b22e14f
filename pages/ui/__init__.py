"""What pages share: the engine, the frame with its picker, and small widgets."""
