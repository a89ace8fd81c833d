"""Models: their cards, the folder they live in, inference, and codecs between clips and tensors. Never sees OSC."""
