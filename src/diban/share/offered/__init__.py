"""What is offered and to whom: published layers, what of them may be told, where reads are counted."""
