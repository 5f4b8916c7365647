"""The public's pages of elections: who votes when, what came out and why, and how to check it."""

from hanpyo.web.pages.observer import election, listing, log
from hanpyo.web.pages.observer.making import observer

__all__ = ["election", "listing", "log", "observer"]
