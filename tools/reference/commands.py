"""Every command with its arguments and options, from the signatures that typer reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from tools.reference.markdown import code, table
from tools.reference.source import part

_HEAD = """# Commands

Every command of `diban`. Words for people are in Chinese where `LC_ALL`, `LC_MESSAGES` or `LANG` begins
with `zh`, else in English. What goes wrong is said on standard error, with [its exit code](errors.md).

Whoever can read the home folder can act as any account with `--as`; the audit line says for whom."""


@dataclass(frozen=True)
class Parameter:
    """An argument or option as it is typed, and what it means."""

    name: str
    argument: bool
    required: bool
    takes: str
    variable: str
    default: str
    words: str


@dataclass(frozen=True)
class Command:
    """A command as it is typed, without ``diban``."""

    name: str
    words: str
    parameters: tuple[Parameter, ...]


def commands() -> str:
    """The page."""
    return "\n\n".join([_HEAD, *(_section(command) for command in all_commands())])


def all_commands() -> Iterator[Command]:
    """Every command, in the order of ``diban --help``."""
    application = part("diban.app.commands", "application")
    yield from _commands_of(application, "")
    for group in application.registered_groups:
        yield from _commands_of(group.typer_instance, f"{group.name} ")


def _commands_of(application: Any, before: str) -> Iterator[Command]:
    for known in application.registered_commands:
        call = known.callback
        name = known.name or call.__name__.replace("_", "-")
        yield Command(f"{before}{name}", inspect.getdoc(call) or "", tuple(_parameters(call)))


def _parameters(call: Callable[..., object]) -> Iterator[Parameter]:
    hints = get_type_hints(call, include_extras=True)
    for name, known in inspect.signature(call).parameters.items():
        kind, info = hints[name], None
        if get_origin(kind) is Annotated:
            kind, info = get_args(kind)[0], get_args(kind)[1]
        if isinstance(info, ParameterInfo) and info.hidden:
            continue  # for the platform's own processes
        argument = isinstance(info, ArgumentInfo) or (info is None and known.default is known.empty)
        yield Parameter(
            name=name if argument else _option(name, info),
            argument=argument,
            required=known.default is known.empty,
            takes=_takes(kind, info),
            variable=str(info.envvar or "") if isinstance(info, OptionInfo) else "",
            default=_default(known.default),
            words=(info.help or "") if isinstance(info, ParameterInfo) else "",
        )


def _option(name: str, info: object) -> str:
    """The option's own name; in `Annotated` typer keeps the first one as the default."""
    declared = [info.default, *(info.param_decls or ())] if isinstance(info, OptionInfo) else []
    given = [one for one in declared if isinstance(one, str) and one.startswith("--")]
    return given[0] if given else f"--{name.replace('_', '-')}"


def _takes(kind: Any, info: object) -> str:
    """What may follow: a word for the type, the values of a list, or the bounds of a number."""
    if type(None) in get_args(kind):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
    several = get_origin(kind) is list
    if several:
        (kind,) = get_args(kind)
    if kind is bool:
        return ""
    if issubclass(kind, Enum):
        found = " | ".join(str(member.value) for member in kind)
    else:
        found = {"str": "text", "int": "number", "float": "number", "Path": "path", "datetime": "day"}[
            kind.__name__
        ]
    if isinstance(info, ParameterInfo) and info.min is not None:
        found = f"≥ {info.min}" if info.max is None else f"{info.min}–{info.max}"
    return f"{found}, repeatable" if several else found


def _default(value: object) -> str:
    if value in (inspect.Parameter.empty, None, False, ""):
        return ""
    return code(value.value if isinstance(value, Enum) else value)


def _section(command: Command) -> str:
    usage = " ".join(["diban", command.name, *_usage(command.parameters)])
    rows = [
        (
            code(one.name),
            one.takes,
            one.words + ("" if not one.required else " **(required)**"),
            one.default,
            code(one.variable) if one.variable else "",
        )
        for one in command.parameters
    ]
    return "\n\n".join(
        [
            f"## {command.name}",
            command.words,
            f"```\n{usage}\n```",
            table(("", "takes", "meaning", "default", "environment"), rows),
        ]
    )


def _usage(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    """Arguments and what must be given; dots where more may be."""
    for one in parameters:
        if one.argument:
            yield one.name.upper() if one.required else f"[{one.name.upper()}]"
        elif one.required:
            yield f"{one.name} {one.name.strip('-').upper()}"
    if not all(one.argument or one.required for one in parameters):
        yield "…"
