"""One rule a file; `diban.quality.standard_rules` picks those that a schema implies."""
