"""What measures and sets up the house; no part of the package."""
