"""Logs: one JSON line per event, with the request id that is also the audit's."""

from __future__ import annotations

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger


def log_as_json() -> None:
    """Write structured logs as JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_exceptions,
            structlog.processors.JSONRenderer(orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _with_exceptions(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Exceptions in words; an event without one, as nearly all are, is not looked into any further."""
    return structlog.processors.format_exc_info(logger, name, event) if "exc_info" in event else event
