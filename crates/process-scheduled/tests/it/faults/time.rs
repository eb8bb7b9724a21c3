//! Clocks that are wrong, jump or change the hour (S7).
