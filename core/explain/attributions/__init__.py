"""What each word did to one logit, by several methods, and how faithful each is."""
