"""The flow "Waar kan ik terecht": a decision table as data, and what follows from a reader's answers.

``table`` reads ``docs/flow/structure.yml``; ``conditions`` is the one predicate tree; ``facts`` is what of an
organisation the table may ask; ``answers`` reads what somebody chose; ``decide`` is the answer; ``scenarios`` are
stories with the answer that they must get.
"""
