"""What computes a batch, a folder a library; what they share stands here."""
