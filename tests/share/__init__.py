"""The services over a made-up town."""
