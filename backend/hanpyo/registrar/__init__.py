"""Registrars: who attests that a key is a roll entry's, m of n, each by checks of its own."""
