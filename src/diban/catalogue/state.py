"""The nine states of a resource."""

from diban.catalogue.titled import Titled


class State(Titled):
    """Where a resource stands between draft and published; `moves` has the ways between."""

    DRAFT = "draft", "草稿", "draft"
    REGISTRATION_REVIEW = "registration_review", "待注册审核", "awaiting registration"
    REGISTERED = "registered", "已注册", "registered"
    PUBLICATION_REVIEW = "publication_review", "待发布审核", "awaiting publication"
    PUBLISHED = "published", "发布", "published"
    RETURNED = "returned", "退回修改", "returned for changes"
    REGISTRATION_REFUSED = "registration_refused", "注册拒绝", "registration refused"
    PUBLICATION_REFUSED = "publication_refused", "发布拒绝", "publication refused"
    WITHDRAWN = "withdrawn", "取消发布", "withdrawn"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
"""The states in which an entry may be changed."""
