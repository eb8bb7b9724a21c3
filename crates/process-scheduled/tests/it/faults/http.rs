//! Gateways that do everything a gateway must not do (S6).
