"""Keeping an installation running: logs, health, numbers, backup, and which parts run where."""
