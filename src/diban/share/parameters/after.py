"""``after``: where a page begins; only the platform writes it, into the links that lead on."""

from diban.ground import Text
from diban.share.parameters.parameter import Parameter

AFTER = Parameter(
    "after",
    Text(zh="翻页标记，取自 next 链接", en="page token, as the next link gives it"),
)
