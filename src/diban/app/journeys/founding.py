"""Founding: a new installation's folder, keys, tables, first parties and the three administrators."""

from __future__ import annotations

import os
from dataclasses import dataclass

from diban.app.settings import Settings, write_settings
from diban.app.wiring import Platform, build
from diban.governance import By, FileSigner, PartyKind, Role, hash_password, initial_password
from diban.ground import Conflict, PartyId, Text
from diban.store import Unit, migrate, setting, unit

PUBLIC = "party.public"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the founder must keep: the first accounts with their initial passwords, told once."""

    accounts: tuple[tuple[str, Role, str], ...]


_ADMINISTRATORS = (
    ("system.admin", Role.SYSTEM_ADMIN, Text(zh="系统管理员", en="System administrator")),
    ("security.admin", Role.SECURITY_ADMIN, Text(zh="安全管理员", en="Security administrator")),
    ("audit.admin", Role.AUDIT_ADMIN, Text(zh="审计管理员", en="Audit administrator")),
)


def found(settings: Settings) -> tuple[Platform, Welcome]:
    """Make a new installation; `Conflict` when the folder holds one."""
    if (settings.home / "diban.toml").exists():
        raise Conflict(
            Text(zh=f"{settings.home} 已经初始化", en=f"{settings.home} is initialised already"),
            field="home",
            remedy=Text(zh="换一个空目录", en="choose an empty folder"),
        )
    for name in ("keys", "audit", "originals", "work", "layers"):
        (settings.home / name).mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o700)
    signer = FileSigner.make(settings.home / "keys" / "audit.pem")
    (settings.home / "keys" / "audit.pub.pem").write_text(signer.public.pem(), encoding="ascii")
    secret = settings.home / "keys" / "mask"
    secret.write_bytes(os.urandom(32))
    secret.chmod(0o600)
    platform = build(settings)
    migrate(platform.database)
    welcome = Welcome(tuple((login, role, initial_password()) for login, role, _ in _ADMINISTRATORS))
    hashes = [hash_password(password) for _, _, password in welcome.accounts]
    with unit(platform.database) as act:
        centre = _parties(platform, act)
        for (login, role, words), hashed in zip(_ADMINISTRATORS, hashes, strict=True):
            platform.accounts.add(act, login, words, centre, frozenset({role}), hashed)
        By.system("found").note(act, "platform.found", settings.home.name, {"title": settings.title_zh})
        platform.generation.bump(act)
    # Last, so that an interrupted founding is simply begun again in an empty folder.
    write_settings(settings)
    return platform, welcome


def _parties(platform: Platform, act: Unit) -> PartyId:
    """The spatial centre, which runs the platform, and the party that stands for everybody."""
    centre = platform.parties.add(
        act, PartyKind.SPATIAL_CENTRE, Text(zh="市空间地理信息中心", en="City Spatial Information Centre")
    )
    public = platform.parties.add(act, PartyKind.PUBLIC, Text(zh="社会公众", en="The public"))
    act.connection.execute(setting.insert().values(name=PUBLIC, value=public.id))
    return centre.id
