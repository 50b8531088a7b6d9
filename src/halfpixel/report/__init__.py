"""What a person reads: verdicts and tables as text."""
