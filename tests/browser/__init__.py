"""The pages in Chromium. One installation serves all modules of a group, on one worker."""
