"""What the bridge costs: measured on its own, and beside what users would pick instead."""
