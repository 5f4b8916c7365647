"""The public's pages in Chromium."""
