"""What the portal's other pages ask under ``/api``: catalogue, search, session, styles, mappings, use."""
