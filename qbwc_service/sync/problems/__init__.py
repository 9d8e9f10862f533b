"""Why something does not sync: reasons, evidence, and what people can do about it.

Problems open and close by themselves, in the transaction in which their cause comes or goes. See docs/problems.md.
"""

from qbwc_service.sync.problems.actions import ProblemAction
from qbwc_service.sync.problems.classify import find_connection_reason
from qbwc_service.sync.problems.reasons import REASONS, ReasonFact, Recheck
from qbwc_service.sync.problems.record import CONNECTION, NewProblem, close_problems, open_problems, subject_of
from qbwc_service.sync.problems.show import ProblemInfo, count_problems, get_problem, list_causes, list_problems

__all__ = [
    "CONNECTION",
    "REASONS",
    "NewProblem",
    "ProblemAction",
    "ProblemInfo",
    "ReasonFact",
    "Recheck",
    "close_problems",
    "count_problems",
    "find_connection_reason",
    "get_problem",
    "list_causes",
    "list_problems",
    "open_problems",
    "subject_of",
]
