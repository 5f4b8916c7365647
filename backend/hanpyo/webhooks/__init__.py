"""Telling organisations what happens to their elections, by signed HTTP messages."""
