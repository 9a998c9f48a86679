"""Evidence files: one transaction and its outcome, provable offline from the genesis document."""

from quancheng.evidence.export import EvidenceSource, export
from quancheng.evidence.verification import Anchor, Verdict, anchor_from_text, verify

__all__ = ["Anchor", "EvidenceSource", "Verdict", "anchor_from_text", "export", "verify"]
