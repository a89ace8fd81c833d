"""The published models that ours are compared with, after their papers and configurations, trained by our loop."""
