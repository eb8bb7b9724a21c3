//! Edits, cancellations, opt-outs and erasures against claims and intents (S8).
