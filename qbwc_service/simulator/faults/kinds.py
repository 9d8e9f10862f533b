"""The kinds of faults, in which phase of an update session each one can strike, and what it needs.

A session has three phases: its opening (from serverVersion until QuickBooks has told about itself), any number of
exchanges (sendRequestXML, QuickBooks, receiveResponseXML), and its closing (closeConnection).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Phase(StrEnum):
    """A part of an update session in which at most one fault strikes."""

    OPENING = "opening"
    EXCHANGE = "exchange"
    CLOSING = "closing"


class FaultKind(StrEnum):
    """What can break; docs/simulator.md says it for people."""

    CUT_BEFORE_EXECUTION = "cut_before_execution"
    """The PC dies with the document in its hands."""
    CUT_AFTER_EXECUTION = "cut_after_execution"
    """The PC dies when QuickBooks has done the work: the answer is lost, QuickBooks has kept it."""
    CUT_AFTER_DELIVERY = "cut_after_delivery"
    """The server has the answer; the PC dies before it hears so."""
    CUT_AT_CALL = "cut_at_call"
    """The PC dies before or after some SOAP call of the phase."""
    ANSWER_TWICE = "answer_twice"
    """receiveResponseXML reaches the server twice."""
    CALL_TWICE = "call_twice"
    """Some SOAP call of the phase reaches the server twice."""
    HRESULT_BEFORE_EXECUTION = "hresult_before_execution"
    """QuickBooks fails before it does anything, with an error that does not say so."""
    HRESULT_MID_SET = "hresult_mid_set"
    """QuickBooks fails when it has done some of a set; nothing is kept for recovery."""
    HRESULT_AFTER_EXECUTION = "hresult_after_execution"
    """QuickBooks has done everything and kept the answer, and an error comes out instead of it."""
    CANNOT_OPEN = "cannot_open"
    """QuickBooks cannot be opened during this session."""
    DIALOG_OPEN = "dialog_open"
    """A modal dialog is open: at the opening during the whole session, at an exchange for this document."""
    WRONG_FILE = "wrong_file"
    """A person has another company file open during this session."""
    GARBAGE_ANSWER = "garbage_answer"
    """The work is done, and what arrives is no answer at all."""
    TRUNCATED_ANSWER = "truncated_answer"
    """The work is done, and the answer arrives up to some place."""
    CONTROL_CHARACTERS = "control_characters"
    """The answer holds characters that XML does not allow; nothing else is wrong with it."""
    STATE_RESTORED = "state_restored"
    """The PC dies after the work, and the company file comes back without its message-set state."""
    PERSON_EDITS = "person_edits"
    """A person changes something of what is there, between two calls."""
    PERSON_LOCKS = "person_locks"
    """A person has something open, so that the next changes of it are refused."""
    SLOW = "slow"
    """QuickBooks takes its time."""
    SERVER_KILLED = "server_killed"
    """The server's process dies; the caller says how."""


_EXCHANGE = frozenset({Phase.EXCHANGE})
_OPENING = frozenset({Phase.OPENING})
_ALL = frozenset(Phase)

PHASES: Mapping[FaultKind, frozenset[Phase]] = MappingProxyType(
    {
        **dict.fromkeys(FaultKind, _EXCHANGE),
        FaultKind.CUT_AT_CALL: _ALL,
        FaultKind.CALL_TWICE: _ALL,
        FaultKind.CANNOT_OPEN: _OPENING,
        FaultKind.WRONG_FILE: _OPENING,
        FaultKind.DIALOG_OPEN: frozenset({Phase.OPENING, Phase.EXCHANGE}),
        FaultKind.SERVER_KILLED: _ALL,
    }
)
"""In which phases a kind can strike."""

NEEDS_QUICKBOOKS = frozenset(
    {
        FaultKind.HRESULT_MID_SET,
        FaultKind.WRONG_FILE,
        FaultKind.STATE_RESTORED,
        FaultKind.PERSON_EDITS,
        FaultKind.PERSON_LOCKS,
    }
)
"""Kinds that are done inside the simulated QuickBooks, and not only around it."""

SPOILS_ANSWER = frozenset(
    {
        FaultKind.HRESULT_BEFORE_EXECUTION,
        FaultKind.HRESULT_MID_SET,
        FaultKind.HRESULT_AFTER_EXECUTION,
        FaultKind.GARBAGE_ANSWER,
        FaultKind.TRUNCATED_ANSWER,
    }
)
"""Kinds after which receiveResponseXML is called all the same, with nothing in it that tells what was done."""


def first_phase(kind: FaultKind) -> Phase:
    """Give the phase in which an exact plan counts for this kind: the exchange where it can strike there."""
    return Phase.EXCHANGE if Phase.EXCHANGE in PHASES[kind] else Phase.OPENING
