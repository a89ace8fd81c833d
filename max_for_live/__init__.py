"""Max for Live devices: text sources and script, built into .amxd files and checked without Max.

`python -m max_for_live.build` writes the devices. The bridge never imports this package.
"""
