"""What models play, as piano rolls."""
