"""Work that goes on beside requests: jobs under a lease, the audit's sealer."""
