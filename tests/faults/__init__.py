"""Runs that are killed, disks that are full, downloads that break."""
