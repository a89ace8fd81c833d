"""Sideman: trained music models beside Ableton Live, asked over OSC."""

__version__ = "0.1.0"
