"""The doors through which others come: each turns bytes into callers of the service. UDP is the first."""
