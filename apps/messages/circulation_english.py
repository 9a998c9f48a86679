"""What the commands of supervisors and of persons say in English."""

from collections.abc import Mapping

CIRCULATION_ENGLISH: Mapping[str, str] = {
    # committee
    "committee.help": "The supervisors' joint key, of which each has a share.",
    "committee.deal.help": "Deal for the other founding supervisors; publish the file.",
    "committee.receive.help": "Take one's own share out of all dealings into one's keystore.",
    "committee.propose.help": "Propose the committee that follows from all dealings.",
    "committee.confirm.help": "Prove to the chain that one holds one's share.",
    "committee.option.as": "The supervisor: a label of the test network, or a keystore.",
    "committee.option.proposer": "Party of a governing organisation, or its keystore.",
    "committee.option.genesis": "The founding document.",
    "committee.option.threshold": "How many open an envelope together; by default more than half.",
    "committee.dealt": "Give this file to all supervisors; it holds nothing in the open.",
    "committee.received": "The share is in the keystore. Compare the joint key with the others.",
    "committee.proposed": "The others approve it with"
    " `{program} tx send proposal.approve --as PARTY --field proposal={proposal}`.",
    "committee.confirmed": "{confirmed} of {members} supervisors have confirmed.",
    "column.joint_key": "joint key",
    "column.threshold": "threshold",
}
