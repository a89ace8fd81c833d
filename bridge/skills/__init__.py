"""What a musician asks for, a verb a file."""
