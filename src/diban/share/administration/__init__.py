"""Administration: what those who run, secure and audit the platform ask under ``/api``."""
