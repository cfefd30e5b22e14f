"""What each input token adds to one output of the model, through the whole network, and what deleting words does."""
