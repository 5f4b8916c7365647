"""What an election is: rules, agenda, timetable, lifecycle use-cases."""
