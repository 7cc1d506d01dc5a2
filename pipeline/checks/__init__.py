"""The checks: one file each, all named here in the order in which reports show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.checks.compliance_forbidden_phrase import ForbiddenPhrase
from pipeline.checks.compliance_identity_not_verified import IdentityNotVerified
from pipeline.checks.compliance_off_platform import OffPlatform
from pipeline.checks.compliance_sensitive_data import SensitiveData
from pipeline.checks.courtesy_abusive_language import AbusiveLanguage
from pipeline.checks.courtesy_shouting import Shouting
from pipeline.checks.process_missing_closing import MissingClosing
from pipeline.checks.process_missing_greeting import MissingGreeting
from pipeline.checks.process_repeated_canned_reply import RepeatedCannedReply
from pipeline.checks.process_unexplained_transfer import UnexplainedTransfer
from pipeline.checks.process_wrong_language import WrongLanguage
from pipeline.checks.resolution_customer_repeats_answer import CustomerRepeatsAnswer
from pipeline.checks.resolution_unanswered_at_close import UnansweredAtClose
from pipeline.checks.responsiveness_silence_after_hold import SilenceAfterHold
from pipeline.checks.responsiveness_slow_first_reply import SlowFirstReply
from pipeline.checks.responsiveness_slow_replies import SlowReplies
from pipeline.checks.responsiveness_wait_without_apology import WaitWithoutApology

if TYPE_CHECKING:
    from pipeline.finding import Check

ALL_CHECKS: tuple[type[Check], ...] = (
    MissingGreeting,
    MissingClosing,
    UnexplainedTransfer,
    WrongLanguage,
    Shouting,
    AbusiveLanguage,
    SensitiveData,
    IdentityNotVerified,
    OffPlatform,
    ForbiddenPhrase,
    RepeatedCannedReply,
    UnansweredAtClose,
    CustomerRepeatsAnswer,
    SilenceAfterHold,
    SlowFirstReply,
    SlowReplies,
    WaitWithoutApology,
)


CHECKS_BY_ID: dict[str, type[Check]] = {check.meta.id: check for check in ALL_CHECKS}
