"""Measures for the operator's monitoring; labels are names that were looked up, never text of a request."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
_REQUESTS = Counter(
    "diban_requests_total", "Answers by block and status", ["block", "status"], registry=REGISTRY
)
_SECONDS = Histogram("diban_request_seconds", "Time to answer by block", ["block"], registry=REGISTRY)


def measure(block: str, status: int, seconds: float) -> None:
    """Count one answer."""
    _REQUESTS.labels(block, str(status)).inc()
    _SECONDS.labels(block).observe(seconds)


def exposition() -> bytes:
    """All measures of this process in Prometheus's text format."""
    return generate_latest(REGISTRY)
