"""Governance: who may, who decides, and what proves it afterwards.

Parties, accounts, roles and what they may (`may`); sessions and keys; grants compiled into a
`Scope`; the review of deliveries; the audit with its sealed chain; evidence for the assessment;
use; expunge.

Not here: what exists (catalogue), what is stored (base), how anything is asked for (share, app).

Imports: ground, store, catalogue; cryptography, pwdlib, openpyxl.
"""

from diban.governance.accounts import Account, Accounts, Attempt, Outcome, change_password, log_in
from diban.governance.asker import Asker, Via, may, may_move
from diban.governance.audit import Audit, AuditLine, By
from diban.governance.evidence import Act, Evidence, Indicator, evidence_of, record_evidence
from diban.governance.expunge import (
    ExpungeState,
    Tombstone,
    carry_out,
    confirm_expunge,
    register_backup,
    request_expunge,
    tombstone,
    tombstones,
)
from diban.governance.grant_duty import grants_on, grants_seen, may_give, may_grant, sees_grants_of
from diban.governance.grant_lines import (
    GrantsAsked,
    GrantState,
    count_grants,
    find_grant,
    grant_page,
    granted_pairs,
    grants_by_party,
    state_of,
)
from diban.governance.grants import Grant, Grants, list_grants
from diban.governance.head import Head, HeadFile
from diban.governance.keys import Key, authenticate_key, find_key, issue_key, keys_of, revoke_key
from diban.governance.last_use import last_uses, touch
from diban.governance.limits import limits_from_json, limits_json
from diban.governance.organisation_sheet import (
    OrganisationPlan,
    RowFault,
    add_organisation,
    plan_organisation,
)
from diban.governance.parties import Parties, Party, PartyName
from diban.governance.party_closing import any_closed, close_party, refuse_closed, reopen_party
from diban.governance.party_kind import PartyKind
from diban.governance.passwords import hash_password, initial_password
from diban.governance.policy import REVIEW_POLICY, ReviewPolicy
from diban.governance.port import Eraser
from diban.governance.review import (
    Decision,
    Review,
    Verdict,
    count_waiting,
    decide,
    record_decision,
    reopen,
    review,
    review_of,
    waiting_reviews,
)
from diban.governance.roles import ADMINISTRATORS, PERMISSION_OF, Permission, Role
from diban.governance.scopes import ScopeCache, scope_of
from diban.governance.seal import seal_pending
from diban.governance.sessions import authenticate_session, close_session, open_session
from diban.governance.signing import FileSigner, FileTrusted
from diban.governance.target import Target, TargetKind
from diban.governance.use import DayOfUse, UseCounter, use_of
from diban.governance.use_by import UseBy
from diban.governance.use_sums import UseAsked, UseSeen, UseSum, use_sums
from diban.governance.verify import Break, ChainVerdict, Wrong, verify

__all__ = [
    "ADMINISTRATORS",
    "PERMISSION_OF",
    "REVIEW_POLICY",
    "Account",
    "Accounts",
    "Act",
    "Asker",
    "Attempt",
    "Audit",
    "AuditLine",
    "Break",
    "By",
    "ChainVerdict",
    "DayOfUse",
    "Decision",
    "Eraser",
    "Evidence",
    "ExpungeState",
    "FileSigner",
    "FileTrusted",
    "Grant",
    "GrantState",
    "Grants",
    "GrantsAsked",
    "Head",
    "HeadFile",
    "Indicator",
    "Key",
    "OrganisationPlan",
    "Outcome",
    "Parties",
    "Party",
    "PartyKind",
    "PartyName",
    "Permission",
    "Review",
    "ReviewPolicy",
    "Role",
    "RowFault",
    "ScopeCache",
    "Target",
    "TargetKind",
    "Tombstone",
    "UseAsked",
    "UseBy",
    "UseCounter",
    "UseSeen",
    "UseSum",
    "Verdict",
    "Via",
    "Wrong",
    "add_organisation",
    "any_closed",
    "authenticate_key",
    "authenticate_session",
    "carry_out",
    "change_password",
    "close_party",
    "close_session",
    "confirm_expunge",
    "count_grants",
    "count_waiting",
    "decide",
    "evidence_of",
    "find_grant",
    "find_key",
    "grant_page",
    "granted_pairs",
    "grants_by_party",
    "grants_on",
    "grants_seen",
    "hash_password",
    "initial_password",
    "issue_key",
    "keys_of",
    "last_uses",
    "limits_from_json",
    "limits_json",
    "list_grants",
    "log_in",
    "may",
    "may_give",
    "may_grant",
    "may_move",
    "open_session",
    "plan_organisation",
    "record_decision",
    "record_evidence",
    "refuse_closed",
    "register_backup",
    "reopen",
    "reopen_party",
    "request_expunge",
    "review",
    "review_of",
    "revoke_key",
    "scope_of",
    "seal_pending",
    "sees_grants_of",
    "state_of",
    "tombstone",
    "tombstones",
    "touch",
    "use_of",
    "use_sums",
    "verify",
    "waiting_reviews",
]
