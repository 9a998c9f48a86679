"""Insurance claims: three holders of health data, and an insurer that must ask for each of them.

An adult claims twice and carries the second time what they have from the first; a child claims
through its guardian; a patient's diagnosis arrives incomplete, and two supervisors open the
envelope to decide the dispute.
"""
