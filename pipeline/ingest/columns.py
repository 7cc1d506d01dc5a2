"""Which column of a table is which field: guessed from common names in English, Chinese and Danish.

Names are compared without case, spaces and punctuation. The canonical names themselves ("messages.text") always
work. Three fields are of tables only: `agent.id` and `agent.name` say who serves the chat and are given to the
messages of agents; `messages.date` completes times that are a clock alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A field's names, the likeliest first; a column goes to the first field that claims it. So names that could be two
# things stand last in the list of the field they would do for at need: "id" is the message's where another column
# names the conversation.
_NAMES = {
    "id": (
        "conversationid chatid sessionid threadid dialogid dialogueid transcriptid interactionid contactid "
        "convid ticketid caseid 会话id 会话编号 会话号 对话id 对话编号 聊天id 工单号 工单id 咨询id samtaleid "
        "samtalenr chatnr sagsnr sagsnummer sagid henvendelsesid conversation chat session thread ticket 会话 "
        "对话 samtale id"
    ),
    "messages.role": (
        "role sendertype senderrole authortype authorrole participantrole actortype speakerrole usertype "
        "speakertype 角色 发送方 发送者类型 发送方类型 发送人类型 账号类型 身份 消息方向 rolle afsendertype "
        "afsenderrolle direction retning from sender speaker author 发送者 发送人 afsender fra"
    ),
    "messages.text": (
        "text message body content messagetext messagebody messagecontent msg utterance chattext 内容 消息内容 "
        "发送内容 聊天内容 消息 文本 正文 besked beskedtekst tekst indhold"
    ),
    "messages.sent_at": (
        "sentat timestamp createdat sendtime senttime messagetime messagetimestamp datetime sent absolutetime "
        "发送时间 消息时间 时间戳 时间 创建时间 tidspunkt sendttidspunkt sendt tid time created"
    ),
    "messages.date": "date senddate sentdate messagedate 日期 发送日期 dato",
    "messages.id": "messageid msgid eventid 消息id 消息编号 消息序号 beskedid id",
    "messages.author_id": (
        "authorid senderid speakerid participantid actorid userid 发送账号 发送者id 发送人id afsenderid"
    ),
    "messages.author_name": (
        "authorname sendername speakername displayname nickname author sender speaker from username name "
        "发送者 发送人 发送者昵称 昵称 姓名 afsendernavn afsender fra navn"
    ),
    "messages.kind": "kind messagekind 消息类型 内容类型 beskedtype",
    "messages.automatic": "automatic automated isautomatic isauto autoreply 自动回复 automatisk",
    "agent.id": (
        "agentid operatorid staffid employeeid assigneeid 客服id 客服账号 客服工号 工号 坐席工号 medarbejderid "
        "medarbejdernr medarbejdernummer agentnr initialer"
    ),
    "agent.name": (
        "agentname operatorname staffname employeename assigneename agent operator staff assignee rep "
        "representative employee 客服昵称 客服名称 客服姓名 客服 坐席 接待客服 medarbejdernavn agentnavn "
        "medarbejder sagsbehandler"
    ),
    "customer.id": "customerid visitorid clientid buyerid 客户id 买家id 顾客id 会员id kundeid kundenr kundenummer",
    "customer.name": (
        "customername visitorname clientname buyername customer visitor client 客户名 客户名称 客户昵称 客户 "
        "买家昵称 买家 顾客 kundenavn kunde"
    ),
    "channel": "channel 渠道 kanal",
    "language": "language lang 语言 sprog",
    "queue": "queue department team group skill skillgroup 队列 技能组 部门 分组 kø afdeling",
    "product": "product productid sku 商品 商品id 产品 produkt varenummer varenr",
    "opened_at": (
        "openedat startedat starttime chatstart chatstarttime conversationstart 开始时间 会话开始时间 接入时间 "
        "starttidspunkt åbnet oprettet"
    ),
    "closed_at": (
        "closedat endedat endtime chatend chatendtime conversationend 结束时间 会话结束时间 sluttidspunkt "
        "lukket afsluttet"
    ),
    "tags": "tags labels 标签 etiketter emner",
    "csat": "csat rating satisfaction satisfactionscore csatscore 满意度 满意度评分 评分 tilfredshed bedømmelse",
    "truncated": "truncated",
    "outcome.resolved": "resolved isresolved 是否解决 已解决 løst",
    "outcome.order_id": "orderid ordernumber orderno ordernr 订单号 订单编号 ordrenr ordrenummer ordreid",
}
FIELDS = tuple(_NAMES)
"""The fields a column can be mapped to; any other `outcome.…` is one too."""

REQUIRED = ("id", "messages.role", "messages.text")
_PUNCTUATION = re.compile(r"[\W_]+")


class ColumnError(ValueError):
    """A table whose columns cannot be told; says which fields are missing and what to write where."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which field stands in which column, by position; `unused` are the names of the others."""

    fields: Mapping[str, int]
    header: tuple[str, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that are not read."""
        return tuple(name for place, name in enumerate(self.header) if name and place not in self.fields.values())

    def __str__(self) -> str:
        told = ", ".join(f"{self.header[place]} → {field}" for field, place in self.fields.items())
        return told + (f"; not read: {', '.join(self.unused)}" if self.unused else "")


def map_columns(header: Sequence[str], overrides: Mapping[str, str]) -> Columns:
    """Tell the columns by their names; `overrides` (field -> column, "" for none) come first. Raises ColumnError.

    An override whose column this table does not have gives way to the guess: one configuration serves several layouts.
    """
    known = (*FIELDS, *(name for name in overrides if name.startswith("outcome.")))
    for name in overrides:
        if name not in known:
            raise ColumnError(f"[columns] names the unknown field {name!r}{nearest(name, known)}")
    plain = [_plain(name) for name in header]
    fields: dict[str, int] = {}
    for name, column in overrides.items():
        if column and _plain(column) in plain:
            fields[name] = header.index(column) if column in header else plain.index(_plain(column))
    left_out = {name for name, column in overrides.items() if not column}
    for name, place in _guesses(header, plain):
        if name not in fields and name not in left_out and place not in fields.values():
            fields[name] = place
    if missing := [name for name in REQUIRED if name not in fields]:
        raise ColumnError(_advice(missing, header))
    order = (*FIELDS, *sorted(set(fields) - set(FIELDS)))
    return Columns({name: fields[name] for name in order if name in fields}, tuple(header))


def guessable(header: Sequence[str]) -> int:
    """How many of the required fields the names give away."""
    found = {name for name, _ in _guesses(header, [_plain(column) for column in header])}
    return sum(name in found for name in REQUIRED)


def _guesses(header: Sequence[str], plain: Sequence[str]) -> list[tuple[str, int]]:
    """(field, column) pairs, the likeliest first."""
    found = [(name, plain.index(_plain(name))) for name in FIELDS if "." in name and _plain(name) in plain]
    found += [(name, place) for place, name in enumerate(header) if name.startswith("outcome.")]
    for name, words in _NAMES.items():
        found += [(name, plain.index(word)) for word in words.split() if word in plain]
    return found


def _plain(name: str) -> str:
    return _PUNCTUATION.sub("", name.casefold())


def _advice(missing: Sequence[str], header: Sequence[str]) -> str:
    columns = ", ".join(repr(name) for name in header if name)
    spare = next((name for name in header if name), "…")
    lines = "\n".join(f'"{name}" = "{spare if place == 0 else "…"}"' for place, name in enumerate(missing))
    return (
        f"cannot tell which column is {' and which is '.join(missing)}; the columns are {columns}. "
        f"Say so in fairhear.toml:\n\n[columns]\n{lines}\n"
    )
