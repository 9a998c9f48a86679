"""What the commands of supervisors and of persons say in Chinese."""

from collections.abc import Mapping

CIRCULATION_CHINESE: Mapping[str, str] = {
    # committee
    "committee.help": "监管者的联合密钥，每位监管者各持一份额。",
    "committee.deal.help": "为其他创始监管者分发份额，并公布该文件。",
    "committee.receive.help": "从全部分发文件中取出自己的份额，存入密钥库。",
    "committee.propose.help": "提议由全部分发文件得出的委员会。",
    "committee.confirm.help": "向链证明自己持有份额。",
    "committee.option.as": "监管者：测试网中的标签，或密钥库。",
    "committee.option.proposer": "治理机构的主体，或其密钥库。",
    "committee.option.genesis": "创世文件。",
    "committee.option.threshold": "开启一个信封所需的监管者数；默认为过半数。",
    "committee.dealt": "请将此文件交给全部监管者；其中没有明文秘密。",
    "committee.received": "份额已存入密钥库。请与其他监管者核对联合密钥。",
    "committee.proposed": "其他机构用"
    " `{program} tx send proposal.approve --as PARTY --field proposal={proposal}` 表决。",
    "committee.confirmed": "{members} 位监管者中已有 {confirmed} 位确认。",
    "column.joint_key": "联合密钥",
    "column.threshold": "门限",
}
