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
    # audit
    "audit.help": "Open one envelope for an inspector, by the shares of t supervisors.",
    "audit.request.help": "Open a case about an envelope's order, with a fresh key to which it"
    " may be opened.",
    "audit.pending.help": "List what open cases ask the members of the committee to open.",
    "audit.share.help": "Give one's share, after a look at what it opens, for whom and on"
    " which basis.",
    "audit.open.help": "Join the shares on the chain, fetch the ciphertext, and open it into"
    " a file.",
    "audit.log.help": "Show who gave shares of an envelope, when, and under which case.",
    "audit.option.as": "The supervisor: a label of the test network, or a keystore.",
    "audit.option.yes": "Do not ask.",
    "audit.basis": "On what the case rests.",
    "audit.requested": "The key to open it lies in the keystore. The members give their"
    " shares with",
    "audit.nothing": "No open case asks for a share.",
    "audit.confirm": "Give your share of this envelope's key?",
    "audit.same_key": "All right holders were given the same key.",
    "audit.other_key": "Another key was given to the holder of the right to {right}, key {key}.",
    "audit.step.shared": "share given",
    "audit.step.opened": "opened",
    "basis.data_security_law": "Data Security Law",
    "basis.personal_information_law": "Personal Information Protection Law",
    "basis.cybersecurity_law": "Cybersecurity Law",
    "basis.public_data_regulation": "regulation on public data",
    "basis.court_order": "court order",
    "basis.complaint": "complaint",
    "option.channel": "URL of the delivery channel.",
    "column.asset": "envelope",
    "column.basis": "legal basis",
    "column.case": "case",
    "column.event": "what",
    "column.inspector": "inspector",
    "column.opened": "opened",
    "column.product": "product",
    "column.shares": "shares",
    "column.user": "user",
    "column.who": "who",
}
