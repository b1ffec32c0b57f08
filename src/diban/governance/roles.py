"""The role matrix: which role may do which act, on its own party's things or on everyone's.

After the founding document's duties one to six; the system, security and audit administrators
(三员) are kept apart as 等保 level 3 asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from diban.catalogue import Hand, Titled
from diban.governance.party_kind import PartyKind
from diban.ground import Invalid, Text


class Role(Titled):
    """What an account is; one whose name is also a kind of party is held in such parties only."""

    STEERING_GROUP = "steering_group", "专项小组", "steering group"
    DATA_BUREAU = "data_bureau", "政务服务数据管理", "data bureau"
    PLANNING_BUREAU = "planning_bureau", "规划和自然资源管理", "planning bureau"
    SPATIAL_CENTRE = "spatial_centre", "空间地理信息中心", "spatial centre"
    DISTRICT = "district", "区级数据管理", "district data office"
    HOUSING_BUREAU = "housing_bureau", "住房建设管理", "housing bureau"
    REFORM_FINANCE = "reform_finance", "发展改革与财政", "reform and finance"
    STEWARD = "steward", "数据管理员", "data steward"
    APPROVER = "approver", "部门审核人", "approver"
    DEVELOPER = "developer", "应用开发者", "application developer"
    SECURITY_AUTHORITY = "security_authority", "安全主管部门", "security authority"
    PUBLIC = "public", "社会公众", "public"
    SYSTEM_ADMIN = "system_admin", "系统管理员", "system administrator"
    SECURITY_ADMIN = "security_admin", "安全管理员", "security administrator"
    AUDIT_ADMIN = "audit_admin", "审计管理员", "audit administrator"


class Permission(Titled):
    """An act that not everyone may do. Reading data is not here: that is `Scope`."""

    DELIVER = "deliver", "提交数据", "deliver data"
    ENTER_RESOURCE = "enter_resource", "编制目录", "enter resources"
    APPROVE_OWN = "approve_own", "本部门审核", "approve for the agency"
    APPROVE_CITY = "approve_city", "市级审核", "approve for the city"
    REVIEW_DELIVERY = "review_delivery", "审核交付", "review deliveries"
    REQUEST_ACCESS = "request_access", "申请共享", "request access"
    GRANT = "grant", "授权共享", "grant access"
    GRANT_UNCONDITIONAL = "grant_unconditional", "授权无条件共享", "grant what is shared unconditionally"
    HAND_OVER = "hand_over", "汇交", "hand over to the city"
    ISSUE_KEYS = "issue_keys", "签发密钥", "issue keys"
    SET_RULES = "set_rules", "制定规范", "set rules and standards"
    OPERATE = "operate", "运行维护", "operate"
    MANAGE_ACCOUNTS = "manage_accounts", "管理账号", "manage accounts"
    ASSIGN_ROLES = "assign_roles", "分配角色", "assign roles"
    READ_AUDIT = "read_audit", "查阅审计", "read the audit"
    INSPECT = "inspect", "安全检查", "inspect"
    EXPUNGE_REQUEST = "expunge_request", "申请清除", "request erasure"
    EXPUNGE_CONFIRM = "expunge_confirm", "确认清除", "confirm erasure"
    ASSESS = "assess", "评价考核", "evaluate and assess"
    SEE_ALL = "see_all", "查看全部目录", "see the whole catalogue"
    SEE_COSTS = "see_costs", "查看经费", "see cost books"


class Reach(StrEnum):
    """On whose things: the asker's own party with those below it, or everyone's."""

    OWN = "own"
    ALL = "all"


P = Permission


def _may(*, own: Iterable[P] = (), every: Iterable[P] = ()) -> dict[P, Reach]:
    return {**dict.fromkeys(own, Reach.OWN), **dict.fromkeys(every, Reach.ALL)}


MATRIX: dict[Role, dict[P, Reach]] = {
    Role.STEERING_GROUP: _may(every=(P.SEE_ALL, P.SEE_COSTS, P.SET_RULES, P.READ_AUDIT)),
    Role.DATA_BUREAU: _may(every=(P.APPROVE_CITY, P.GRANT_UNCONDITIONAL, P.ASSESS, P.SEE_ALL)),
    Role.PLANNING_BUREAU: _may(
        every=(
            *(P.APPROVE_CITY, P.REVIEW_DELIVERY, P.SET_RULES, P.ASSESS, P.INSPECT),
            *(P.EXPUNGE_REQUEST, P.SEE_ALL),
        )
    ),
    Role.SPATIAL_CENTRE: _may(every=(P.OPERATE, P.REVIEW_DELIVERY, P.SEE_ALL)),
    Role.DISTRICT: _may(
        own=(
            *(P.DELIVER, P.ENTER_RESOURCE, P.APPROVE_OWN, P.REVIEW_DELIVERY, P.REQUEST_ACCESS),
            *(P.GRANT, P.HAND_OVER, P.ISSUE_KEYS),
        )
    ),
    Role.HOUSING_BUREAU: _may(own=(P.DELIVER, P.ENTER_RESOURCE, P.REQUEST_ACCESS)),
    Role.REFORM_FINANCE: _may(own=(P.REQUEST_ACCESS,), every=(P.SEE_COSTS,)),
    Role.STEWARD: _may(own=(P.DELIVER, P.ENTER_RESOURCE, P.REQUEST_ACCESS, P.ISSUE_KEYS)),
    Role.APPROVER: _may(own=(P.APPROVE_OWN, P.REVIEW_DELIVERY, P.GRANT, P.EXPUNGE_REQUEST)),
    Role.DEVELOPER: {},  # works through keys of its agency, inside that agency's grants
    Role.SECURITY_AUTHORITY: _may(every=(P.READ_AUDIT, P.INSPECT, P.SEE_ALL)),
    Role.PUBLIC: {},
    Role.SYSTEM_ADMIN: _may(every=(P.OPERATE, P.MANAGE_ACCOUNTS)),
    Role.SECURITY_ADMIN: _may(every=(P.ASSIGN_ROLES, P.EXPUNGE_CONFIRM)),
    Role.AUDIT_ADMIN: _may(every=(P.READ_AUDIT,)),
}

BY_KEY = frozenset({P.DELIVER, P.ENTER_RESOURCE, P.REQUEST_ACCESS, P.HAND_OVER})
"""What a program may do with an API key, at most; deciding is for people."""

PERMISSION_OF: dict[Hand, P] = {
    Hand.STEWARD: P.ENTER_RESOURCE,
    Hand.OWN_APPROVER: P.APPROVE_OWN,
    Hand.CITY_APPROVER: P.APPROVE_CITY,
}
"""Which permission each hand of the catalogue's moves needs."""

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
_RUNNING = frozenset({PartyKind.DATA_BUREAU, PartyKind.PLANNING_BUREAU, PartyKind.SPATIAL_CENTRE})
_WITHOUT_DATA = frozenset(
    {PartyKind.STEERING_GROUP, PartyKind.SECURITY_AUTHORITY, PartyKind.DEVELOPER, PartyKind.PUBLIC}
)


def check_roles(roles: frozenset[Role], kind: PartyKind) -> None:
    """Refuse roles that this kind of party does not hold, and an administrator with a second role."""
    wrong = sorted(role for role in roles if not _fits(role, kind))
    if not wrong and not (roles & ADMINISTRATORS and len(roles) > 1):
        return
    raise Invalid(
        Text(
            zh=f"角色与“{kind.words.zh}”不符或不能兼任",
            en=f"roles do not fit a {kind.words.en} or exclude each other",
        ),
        field="roles",
        limit=", ".join(wrong or sorted(roles)),
        remedy=Text(
            zh="系统、安全、审计管理员不得兼任其他角色，其他角色限于相应机构",
            en="administrators hold one role only; other roles belong to their kind of party",
        ),
    )


def _fits(role: Role, kind: PartyKind) -> bool:
    if role in ADMINISTRATORS:
        return kind in _RUNNING
    if role in (Role.STEWARD, Role.APPROVER):
        return kind not in _WITHOUT_DATA
    return role.value == kind.value
