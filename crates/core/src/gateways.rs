//! Gateways for SMS, described by data: what a provider is asked, and what its answers mean.
//!
//! A preset is a TOML file under `gateways/`, compiled in, or an administrator's own
//! (`SMS_PROVIDER=/etc/…/ours.toml`). It is read and checked as a whole; nothing here knows a
//! network. [`preset`] has the shape of such a file, [`template`] what stands between braces in it,
//! [`reading`] how answers are told apart,
//! [`receipt`] how a gateway tells later what became of an SMS, [`poll`] how it is asked for that.

pub mod poll;
pub mod preset;
pub mod reading;
pub mod receipt;
pub mod template;

mod builtin;
mod fault;

pub use builtin::{LEGACY, named, names};
pub use fault::Fault;
pub use preset::Preset;

/// Reads a preset.
///
/// # Errors
/// What is wrong, in French, with its line.
pub fn parse(text: &str) -> Result<Preset, Fault> {
    let preset: Preset = toml::from_str(text).map_err(|error| Fault::of(text, &error))?;
    preset.check().map_err(|found| Fault::at(text, &found))?;
    Ok(preset)
}

#[cfg(test)]
mod tests;
