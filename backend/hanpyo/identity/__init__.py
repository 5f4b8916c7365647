"""Who somebody is: members who vote and staff who run elections."""
