"""The stages of a dry run: is a loaded candidate set up right, and how far is it from wrong?"""
