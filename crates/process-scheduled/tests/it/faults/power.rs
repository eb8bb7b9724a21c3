//! Power cuts: what was not synced is gone (S2).
