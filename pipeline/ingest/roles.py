"""Which side of the chat a word stands for: "Visitor", 客服, "Medarbejder"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.transcript import Role

if TYPE_CHECKING:
    from pipeline.ingest.records import ReadOptions

_WORDS = {
    Role.CUSTOMER: (
        "customer client visitor user enduser end-user buyer guest contact shopper consumer caller lead "
        "requester 客户 顾客 买家 用户 访客 会员 消费者 咨询者 kunde kunden bruger gæst besøgende"
    ),
    Role.AGENT: (
        "agent operator staff support employee representative rep advisor adviser admin teammate seller "
        "customer-service customer-support customer-care customerservice helpdesk service 客服 卖家 人工 "
        "人工客服 坐席 店家 商家 店小二 员工 接待 medarbejder medarbejderen kundeservice sagsbehandler "
        "ekspedient rådgiver"
    ),
    Role.BOT: (
        "bot chatbot robot virtual-agent automated-agent custom-bot virtual-assistant 机器人 智能客服 "
        "机器人客服 robotten chatrobot"
    ),
    Role.SYSTEM: "system event notification activity 系统 系统消息 系统通知 hændelse",
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
_DIRECTIONS = dict.fromkeys(("incoming", "inbound", "in", "indgående"), Role.CUSTOMER) | dict.fromkeys(
    ("outgoing", "outbound", "out", "udgående"), Role.AGENT
)
_GAP = re.compile(r"[\s_]+")
_NUMBERED = re.compile(r"[\s#-]*\d+\Z")
_FIRST_WORD = re.compile(r"[\s\-–_]+")
_IN_BRACKETS = re.compile(r"(?P<name>.*\S)\s*[(（\[](?P<role>[^)）\]]+)[)）\]]\Z")


@lru_cache(maxsize=1_000)  # a column repeats the same few words
def role_of_word(word: str) -> Role | None:
    """The role a word stands for, whatever its case; None where it is no word for a role ("Ana").

    A direction counts as the side that sends it, as a column says it ("inbound").
    """
    return _DIRECTIONS.get(word.strip().casefold()) or _role(word)


def _role(word: str) -> Role | None:
    key = _GAP.sub("-", word.strip().casefold())
    return _ROLES.get(key) or _ROLES.get(key.replace("-", ""))


def role_of_speaker(name: str, options: ReadOptions) -> Role | None:
    """The role of a speaker by name: one that the options list, or a name made of a role ("Agent 3", "Ana (Agent)")."""
    listed = role_by_options(name, options)
    if listed is not None:
        return listed
    if whole := _role(_NUMBERED.sub("", name) or name):
        return whole
    if match := _IN_BRACKETS.match(name):
        return _role(match["role"])
    if name.startswith("客服") or name.endswith("客服"):
        return Role.AGENT
    return _role(_FIRST_WORD.split(name.strip(), maxsplit=1)[0])


def role_by_options(name: str, options: ReadOptions) -> Role | None:
    """The role the options give a name."""
    sides = ((Role.AGENT, options.agents), (Role.CUSTOMER, options.customers), (Role.BOT, options.bots))
    key = name.strip().casefold()
    return next((role for role, names in sides if key in map(str.casefold, names)), None)
