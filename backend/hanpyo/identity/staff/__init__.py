"""People who run elections: accounts, sign-in, roles, and the log of what they did."""
