"""What senders and reviewers ask under ``/api``: uploads, deliveries, reports, receipts, the inbox."""
