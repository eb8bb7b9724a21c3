//! Numbering plans: Google's, through rlibphonenumber, and what people make of them. Only this file
//! knows that library.

use super::{Fault, Number};
use rlibphonenumber::{
    PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region as Code,
};

/// A country or territory, by its ISO 3166 code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Region(Code);

impl Region {
    /// Reads a code such as `FR`; `None` when no numbering plan has it.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let region = code.trim().to_ascii_uppercase().parse().ok().map(Self)?;
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(region.0)
            .map(|_| region)
    }

    /// Its code, such as `FR`.
    #[must_use]
    pub fn code(self) -> String {
        self.0.as_region_str().to_string()
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(Code::FR)
    }
}

impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code())
    }
}

/// What was dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialled {
    /// Whether the digits surely begin with the code of a country.
    pub(super) international: bool,
    /// Without `+` and `00`.
    pub(super) digits: String,
}

/// Where a number is dialled as in France: `0692…` is Réunion's, and is often given France's code.
const FRENCH: [Code; 6] = [Code::FR, Code::RE, Code::YT, Code::GP, Code::GF, Code::MQ];

/// Their codes.
const FRENCH_CODES: [&str; 5] = ["33", "262", "590", "594", "596"];

/// French, too, with a plan of their own.
const PACIFIC: [Code; 4] = [Code::NC, Code::PF, Code::WF, Code::PM];

/// Digits of a number with its country that is written without `+`. Fewer could be a number of the
/// own country with digits missing.
const INTERNATIONAL_MIN: usize = 11;

/// The number that was dialled.
///
/// # Errors
/// Why it is none, or takes no SMS.
pub(super) fn number(dialled: &Dialled, region: Region) -> Result<Number, Fault> {
    let mut readings = as_dialled(dialled, region);
    if readings.is_empty() {
        readings = repaired(dialled, region);
    }
    if readings.is_empty() {
        return Err(if is_old(dialled, region) {
            Fault::Old
        } else {
            Fault::Unreadable
        });
    }
    let mut faults = Vec::new();
    for number in readings {
        match fault_of(&number) {
            None => return Ok(told(&number)),
            Some(fault) => faults.push(fault),
        }
    }
    Err(faults.first().copied().unwrap_or(Fault::Unreadable))
}

/// The readings that the plans allow, the likeliest first.
fn as_dialled(dialled: &Dialled, region: Region) -> Vec<PhoneNumber> {
    let digits = &dialled.digits;
    if dialled.international {
        return international(digits).into_iter().collect();
    }
    let mut readings: Vec<PhoneNumber> = national(digits, region).into_iter().collect();
    if !digits.starts_with('0') {
        readings.extend(without_plus(digits));
    }
    readings
}

/// A number with its country, but without `+`. Where every number of the right length is one of
/// some telephone (North America), a slip would reach somebody.
fn without_plus(digits: &str) -> Option<PhoneNumber> {
    let number = international(digits).filter(|_| digits.len() >= INTERNATIONAL_MIN)?;
    let kind = PHONE_NUMBER_UTIL.get_number_type(&number);
    (kind != PhoneNumberType::FixedLineOrMobile).then_some(number)
}

/// The readings when a digit is added that a spreadsheet took away, or that the plan has now.
fn repaired(dialled: &Dialled, region: Region) -> Vec<PhoneNumber> {
    let digits = &dialled.digits;
    let with_code = digits.trim_start_matches('0');
    let mut readings = Vec::new();
    // (Two zeros would begin the code of a country.)
    if !dialled.international && !digits.starts_with('0') {
        readings.extend(national(&format!("0{digits}"), region));
        if region.0 == Code::BJ && digits.len() == 8 {
            readings.extend(national(&format!("01{digits}"), region));
        }
    }
    if dialled.international || with_code.len() >= INTERNATIONAL_MIN {
        if let Some(rest) = with_code.strip_prefix("229").filter(|rest| rest.len() == 8) {
            // Bénin, since November 2024.
            readings.extend(international(&format!("22901{rest}")));
        }
        let foreign = dialled.digits.starts_with('0') && !dialled.international;
        readings
            .extend(without_plus(with_code).filter(|number| !foreign || is_own(number, region)));
        readings.extend(with_trunk_zero(with_code));
    }
    readings
}

/// Whether a number has the code of the own country, or of one that is dialled alike. `0` and
/// another's would be a national number with digits too many (`06 12 34 56 78 79`: Australia's).
fn is_own(number: &PhoneNumber, region: Region) -> bool {
    let of = PHONE_NUMBER_UTIL.get_region_for_number(number);
    of.is_some_and(|of| of == region.0 || [of, region.0].iter().all(|one| FRENCH.contains(one)))
}

/// Some countries keep the first zero behind their code.
fn with_trunk_zero(digits: &str) -> Option<PhoneNumber> {
    ["225", "229", "241", "242", "39"]
        .into_iter()
        .find_map(|code| international(&format!("{code}0{}", digits.strip_prefix(code)?)))
}

fn national(digits: &str, region: Region) -> Option<PhoneNumber> {
    let own = valid(digits, region.0);
    let french = FRENCH.contains(&region.0) || PACIFIC.contains(&region.0);
    own.or_else(|| french.then(|| in_france(digits)).flatten())
}

fn in_france(digits: &str) -> Option<PhoneNumber> {
    FRENCH.into_iter().find_map(|region| valid(digits, region))
}

fn international(digits: &str) -> Option<PhoneNumber> {
    let number = valid(&format!("+{digits}"), Region::default().0);
    number.or_else(|| {
        let rest = FRENCH_CODES
            .into_iter()
            .find_map(|code| digits.strip_prefix(code))?;
        let rest = rest.trim_start_matches('0');
        (rest.len() == 9)
            .then(|| in_france(&format!("0{rest}")))
            .flatten()
    })
}

fn valid(text: &str, region: Code) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, Some(region)).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then_some(number)
}

/// Eight digits that became ten in Côte d'Ivoire in 2021, and nine in Cameroon in 2014, by rules
/// that differ from one operator to the other.
fn is_old(dialled: &Dialled, region: Region) -> bool {
    let digits = &dialled.digits;
    let of_region =
        !dialled.international && digits.len() == 8 && [Code::CI, Code::CM].contains(&region.0);
    of_region
        || ["225", "237"]
            .into_iter()
            .any(|code| digits.len() == 11 && digits.starts_with(code))
}

/// Why a valid number takes no SMS.
fn fault_of(number: &PhoneNumber) -> Option<Fault> {
    use PhoneNumberType as Type;
    // Satellites and the like are of no country: an SMS costs euros.
    let world = PHONE_NUMBER_UTIL.get_region_for_number(number);
    if world.is_some_and(|world| Region(world).code() == "001") {
        return Some(Fault::Service);
    }
    match PHONE_NUMBER_UTIL.get_number_type(number) {
        // Where mobile telephones cannot be told from others, they are given the benefit.
        Type::Mobile | Type::FixedLineOrMobile => None,
        Type::FixedLine | Type::VoIP => Some(Fault::FixedLine),
        Type::PremiumRate => Some(Fault::Premium),
        Type::TollFree
        | Type::SharedCost
        | Type::PersonalNumber
        | Type::Pager
        | Type::UAN
        | Type::VoiceMail => Some(Fault::Service),
        Type::Unknown => Some(Fault::Unreadable),
    }
}

fn told(number: &PhoneNumber) -> Number {
    Number {
        e164: PHONE_NUMBER_UTIL
            .format(number, PhoneNumberFormat::E164)
            .into_owned(),
        region: PHONE_NUMBER_UTIL.get_region_for_number(number).map(Region),
        more: false,
    }
}
