"""The policy engine: documents and a request in, a decision with its reasons out. Pure: no I/O, no clock.

Read `decide` first: it is AWS's evaluation logic on one screen.
"""

from policies.engine.asker import Asker, open_conditions
from policies.engine.conditions import Condition
from policies.engine.decide import decide
from policies.engine.decision import Decision, Match, Outcome
from policies.engine.document import Effect, Policy, Statement
from policies.engine.effective import (
    Difference,
    Effective,
    Prospect,
    Verdict,
    diff,
    effective,
)
from policies.engine.escalation import NEW, Ask, Directory, Identity
from policies.engine.explain import (
    Check,
    Gate,
    GateState,
    SourceTrace,
    StatementTrace,
    Trace,
    explain,
    missing_statement,
)
from policies.engine.grammar import PolicyError, parse_policy
from policies.engine.holders import Holder, who_can
from policies.engine.kinds import Kind, Layer
from policies.engine.patterns import matches
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.reach import Certainty
from policies.engine.reachable import Reachable, Reached, Step, reachable
from policies.engine.remedy import Remedy, remedy
from policies.engine.request import Principal, PrincipalKind, Request
from policies.engine.sources import Source
from policies.engine.special import is_out_of_reach, is_trust
from policies.engine.text import JsonError, Member, Members, Node, parse_json, position
from policies.engine.universe import Universe
from policies.engine.wire import Compiled, InputError, compile, evaluate

__all__ = [
    "NEW",
    "Ask",
    "Asker",
    "Certainty",
    "Check",
    "Compiled",
    "Condition",
    "Decision",
    "Difference",
    "Directory",
    "Effect",
    "Effective",
    "Gate",
    "GateState",
    "Holder",
    "Identity",
    "InputError",
    "JsonError",
    "Kind",
    "Layer",
    "Match",
    "Member",
    "Members",
    "Node",
    "Outcome",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicySet",
    "Principal",
    "PrincipalKind",
    "Prospect",
    "Reachable",
    "Reached",
    "Remedy",
    "Request",
    "Source",
    "SourceTrace",
    "Statement",
    "StatementTrace",
    "Step",
    "Trace",
    "Universe",
    "Verdict",
    "compile",
    "decide",
    "diff",
    "effective",
    "evaluate",
    "explain",
    "is_out_of_reach",
    "is_trust",
    "matches",
    "missing_statement",
    "open_conditions",
    "parse_json",
    "parse_policy",
    "position",
    "reachable",
    "remedy",
    "who_can",
]
