//! Ten thousand recipients (S9).
