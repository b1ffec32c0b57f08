"""The commands of ``diban``, one per file."""

from __future__ import annotations

import typer

from diban.app.commands.access import access
from diban.app.commands.answer import answer
from diban.app.commands.audit import audit
from diban.app.commands.demo import demo
from diban.app.commands.describe import describe
from diban.app.commands.erase import expunge
from diban.app.commands.init import init
from diban.app.commands.mapping import mapping
from diban.app.commands.organisation import organisation
from diban.app.commands.party import party
from diban.app.commands.publish import publish
from diban.app.commands.register import register
from diban.app.commands.report import report
from diban.app.commands.review import review
from diban.app.commands.sample_city import sample_city
from diban.app.commands.search import search
from diban.app.commands.serve import serve
from diban.app.commands.status import status
from diban.app.commands.submit import submit
from diban.app.commands.tiles import tiles
from diban.app.commands.transfer import transfer
from diban.app.commands.use import use
from diban.app.commands.user import user
from diban.app.commands.work import work

application = typer.Typer(
    name="diban",
    help="底板：城市空间底板平台 / Diban: a city's spatial base board.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

for command in (
    *(init, organisation, describe, register, submit, answer, report, review, publish),
    *(access, transfer, serve, work, demo, sample_city, status, use, expunge),
):
    application.command()(command)
application.add_typer(user, name="user", help="账号与密钥 / Accounts and keys.")
application.add_typer(party, name="party", help="机构 / Parties.")
application.add_typer(mapping, name="mapping", help="字段映射 / How columns become fields.")
application.add_typer(search, name="search", help="检索索引 / The search index.")
application.add_typer(tiles, name="tiles", help="预先制作的瓦片 / Tiles made beforehand.")
application.add_typer(audit, name="audit", help="审计 / The audit.")
