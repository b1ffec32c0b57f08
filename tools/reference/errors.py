"""The tree of errors with what each means, its HTTP status and its exit code."""

from __future__ import annotations

from collections.abc import Iterator

from diban.ground import Fault, Text
from tools.reference.markdown import code, table
from tools.reference.source import first_line, part

_HEAD = """# Errors

One tree of errors holds for the services and the commands. Each names the thing, the limit where there
is one, and what helps, in Chinese and English. Bad data in a delivery is not an error but a
[finding](finding-codes.md).

Over HTTP an error is an RFC 9457 problem (`application/problem+json`) with `type`
(`urn:diban:problem:<code>`), `title`, `status`, `detail`, `request_id`, and where known `field`, `limit`
and `remedy`. The `request_id` stands also in the header `X-Request-Id`, in the log, and in the audit
line of what the request changed. A 503 carries `Retry-After`, a 401 `WWW-Authenticate: Bearer`."""

_ELSE = """## Outside the tree

Any other refusal by the web framework has the code `refused` and its own status. A query string or an
address that is too long is `too-large` with 414, a body 413. What nobody foresaw is `internal` with 500; the
log has its trace under the `request_id`."""

_EXITS = (
    ("0", "done; for `submit` also: the delivery waits for a person"),
    (
        "1",
        "`submit`, `answer`: the delivery was returned or asks about its coordinates, or a trial did not "
        "pass · `audit verify`: the chain is broken · `work`: a part of it ended by itself · "
        "`demo --check`: a service did not answer right · any command: an error that nobody "
        "foresaw, with its trace",
    ),
    ("2", "the command was not written as its help says"),
    ("65", "`organisation`: the sheet has faulty rows, nothing was added"),
    ("69", "`status`: a part is not well"),
    ("70", "an error of the tree that has no code of its own"),
)


def errors() -> str:
    """The page."""
    exits = part("diban.app.commands.terminal", "EXIT_CODES")
    rows = [
        (
            "&emsp;" * depth + code(kind.__name__),
            code(kind.code),
            "" if kind is Fault else _status(kind),
            "" if kind is Fault else str(next(number for known, number in exits if issubclass(kind, known))),
            first_line(kind),
        )
        for kind, depth in _tree(Fault, 0)
    ]
    tree = table(("error", "code", "HTTP", "exit", "meaning"), rows)
    plain = [
        (str(status), code(known), words.en)
        for status, (known, words) in part("diban.share.http.problems", "_PLAIN").items()
    ]
    return "\n\n".join(
        [
            *(_HEAD, tree, _ELSE, table(("HTTP", "code", "meaning"), plain)),
            *("## Other exit codes", table(("exit", "when"), _EXITS)),
        ]
    )


def _tree(kind: type[Fault], depth: int) -> Iterator[tuple[type[Fault], int]]:
    """The classes of the tree itself; rooms have subclasses of their own that never leave them."""
    yield kind, depth
    for below in kind.__subclasses__():
        if below.__module__ == Fault.__module__:
            yield from _tree(below, depth + 1)


def _status(kind: type[Fault]) -> str:
    status_of = part("diban.share.http.problems", "status_of")
    with_body, without = (status_of(kind(Text("", "")), method) for method in ("POST", "GET"))
    return str(without) if with_body == without else f"{without}, {with_body} for a body"
