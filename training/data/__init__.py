"""Music files as training data: what is read, split, cut into windows."""
