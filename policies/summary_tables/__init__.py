"""A policy in AWS's three tables: its services, the actions of one service, the resources of one action.

`read` settles what every statement is about; the tables are made of that. Pure: a document and the catalog in.
"""

from policies.summary_tables.actions import ActionRow, LevelGroup, ServiceSummary, service_summary
from policies.summary_tables.reading import Line, Reading, read
from policies.summary_tables.resources import ActionSummary, ResourceRow, action_summary
from policies.summary_tables.services import PolicySummary, ServiceRow, policy_summary
from policies.summary_tables.unrecognized import Unrecognized, unrecognized

__all__ = [
    "ActionRow",
    "ActionSummary",
    "LevelGroup",
    "Line",
    "PolicySummary",
    "Reading",
    "ResourceRow",
    "ServiceRow",
    "ServiceSummary",
    "Unrecognized",
    "action_summary",
    "policy_summary",
    "read",
    "service_summary",
    "unrecognized",
]
