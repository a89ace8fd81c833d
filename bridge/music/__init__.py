"""Musical values: notes and clips in beats, meters, kits, MIDI files. Imports nothing of the bridge but errors."""
