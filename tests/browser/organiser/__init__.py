"""The pages of staff and trustees."""
