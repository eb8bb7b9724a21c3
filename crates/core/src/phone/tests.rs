use super::*;
use crate::config::Lang;
use crate::texts::addresses::of_number;

/// The number, or what the office is told.
fn read(region: &str, typed: &str) -> Result<String, &'static str> {
    match parse(typed, Region::of(region).unwrap()) {
        Ok(number) => Ok(number.e164),
        Err(fault) => Err(of_number(Lang::Fr, fault).unwrap_or_default()),
    }
}

fn check(cases: &[(&str, &str, Result<&str, &str>)]) {
    for (region, typed, expected) in cases {
        let got = read(region, typed);
        assert_eq!(
            got.as_deref().map_err(|told| *told),
            *expected,
            "{region} {typed:?}"
        );
    }
}

/// That it is read as the usual number, alone or before others.
fn check_first(typed: &str, more: bool) {
    let number = parse(typed, Region::default());
    let number = number.unwrap_or_else(|fault| panic!("{typed:?}: {fault:?}"));
    let read = (number.e164.as_str(), number.more);
    assert_eq!(read, ("+33612345678", more), "{typed:?}");
}

#[test]
fn what_stands_in_directories_is_read_or_told() {
    check(&[
        ("FR", "0692123456", Ok("+262692123456")),
        ("FR", "+33692123456", Ok("+262692123456")),
        ("FR", "0033 6 90 50 12 34", Ok("+590690501234")),
        ("FR", "+33 (0)6 94 40 12 34", Ok("+594694401234")),
        ("FR", "33 6 96 10 20 30", Ok("+596696102030")),
        ("FR", "0639012345", Ok("+262639012345")),
        ("FR", "(+33) 6 12 34 56 78", Ok("+33612345678")),
        ("FR", "(+33)(0)612345678", Ok("+33612345678")),
        ("FR", "(0033)6 12 34 56 78", Ok("+33612345678")),
        ("FR", "06/12/34/56/78", Ok("+33612345678")),
        (
            "FR",
            "06\u{2013}12\u{2013}34\u{2013}56\u{2013}78",
            Ok("+33612345678"),
        ),
        (
            "FR",
            "06\u{2009}12\u{2009}34\u{2009}56\u{2009}78",
            Ok("+33612345678"),
        ),
        ("FR", "tel:+33612345678", Ok("+33612345678")),
        ("FR", "'0612345678", Ok("+33612345678")),
        ("FR", "=\"0612345678\"", Ok("+33612345678")),
        ("FR", "\u{202d}06 12 34 56 78\u{202c}", Ok("+33612345678")),
        ("FR", "0612345678\u{200b}", Ok("+33612345678")),
        ("FR", "612345678", Ok("+33612345678")),
        ("FR", "612345678,00", Ok("+33612345678")),
        ("BE", "0475/12.34.56", Ok("+32475123456")),
        ("CI", "0707070707", Ok("+2250707070707")),
        ("CI", "707070707", Ok("+2250707070707")),
        ("CI", "07 07 07 07", Err("ancien numéro à 8 chiffres")),
        ("BJ", "97000000", Ok("+2290197000000")),
        ("BJ", "+229 97 00 00 00", Ok("+2290197000000")),
        ("BJ", "0197000000", Ok("+2290197000000")),
        ("SN", "771234567", Ok("+221771234567")),
        ("SN", "33612345678", Ok("+33612345678")),
        ("FR", "01 42 34 56 78", Err("ligne fixe")),
        ("FR", "09 50 12 34 56", Err("ligne fixe")),
        ("FR", "0899 70 12 34", Err("numéro surtaxé")),
        ("FR", "0800 123 456", Err("numéro surtaxé ou gratuit")),
        ("CI", "+225 27 20 30 40 50", Err("ligne fixe")),
        ("FR", "3,36123E+10", Err("abîmé par un tableur")),
        ("FR", "06 12 34 56 78 / 07 98 76 54 32", Ok("+33612345678")),
        ("FR", "poste 12", Err("")),
    ]);
}

#[test]
fn every_country_of_the_schools_is_read_as_its_people_write_it() {
    check(&[
        ("BE", "0475 12 34 56", Ok("+32475123456")),
        ("BE", "32475123456", Ok("+32475123456")),
        ("BE", "02 512 34 56", Err("ligne fixe")),
        ("CH", "079 123 45 67", Ok("+41791234567")),
        ("CH", "044 668 18 00", Err("ligne fixe")),
        ("LU", "621 123 456", Ok("+352621123456")),
        ("LU", "27 12 34 56", Err("ligne fixe")),
        ("CA", "(514) 555-0123", Ok("+15145550123")),
        ("MA", "06 12 34 56 78", Ok("+212612345678")),
        ("MA", "00212 6 12 34 56 78", Ok("+212612345678")),
        ("MA", "05 22 34 56 78", Err("ligne fixe")),
        ("DZ", "0551 23 45 67", Ok("+213551234567")),
        ("TN", "98 123 456", Ok("+21698123456")),
        ("SN", "33 823 45 67", Err("ligne fixe")),
        ("ML", "70 12 34 56", Ok("+22370123456")),
        ("ML", "22370123456", Ok("+22370123456")),
        ("CM", "6 71 23 45 67", Ok("+237671234567")),
        ("CM", "77 12 34 56", Err("ancien numéro à 8 chiffres")),
        ("MG", "032 12 345 67", Ok("+261321234567")),
        ("CI", "+225 07 07 07 07", Err("ancien numéro à 8 chiffres")),
        ("CI", "+225 (0)7 07 07 07 07", Ok("+2250707070707")),
        ("CI", "225 707070707", Ok("+2250707070707")),
        ("BJ", "21 30 12 34", Err("ligne fixe")),
        ("BJ", "197000000", Ok("+2290197000000")),
        ("FR", "22997000000", Ok("+2290197000000")),
        ("NC", "75 12 34", Ok("+687751234")),
        ("NC", "27 12 34", Err("ligne fixe")),
        ("NC", "06 12 34 56 78", Ok("+33612345678")),
        ("PF", "87 12 34 56", Ok("+68987123456")),
        ("WF", "82 12 34", Ok("+681821234")),
        ("PM", "55 12 34", Ok("+508551234")),
        ("RE", "0692 12 34 56", Ok("+262692123456")),
        ("RE", "06 12 34 56 78", Ok("+33612345678")),
        ("RE", "0262 12 34 56", Err("ligne fixe")),
        ("FR", "262692123456", Ok("+262692123456")),
        ("FR", "0693 12 34 56", Ok("+262693123456")),
        ("FR", "692123456", Ok("+262692123456")),
        ("FR", "+262 690 50 12 34", Ok("+590690501234")),
        ("FR", "0041 79 123 45 67", Ok("+41791234567")),
        ("FR", "0590 12 34 56", Err("ligne fixe")),
    ]);
}

#[test]
fn the_form_in_which_a_number_was_typed_does_not_matter() {
    let number = Ok("+33612345678");
    for typed in [
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06\u{2011}12\u{2011}34\u{2011}56\u{2011}78",
        "06\u{a0}12\u{202f}34\u{2007}56\u{3000}78",
        "０６１２３４５６７８",
        "٠٦١٢٣٤٥٦٧٨",
        "+33 (0)6 12 34 56 78",
        "0033(0)612345678",
        "00 33 6 12 34 56 78",
        "+33 06 12 34 56 78",
        "+33 0 612345678",
        "+0033612345678",
        "+0612345678",
        "33 0 612345678",
        "033612345678",
        "[06] 12 34 56 78",
        "Tél. : 06 12 34 56 78",
        "Portable 06 12 34 56 78",
        "Tél. portable : 06 12 34 56 78",
        "TEL:+33-6-12-34-56-78",
        "sms:0612345678",
        "=+33612345678",
        "\"0612345678\"",
        "\u{2019}0612345678",
        "612345678.0",
        "33612345678,00",
        "33 612 345 678,00",
        "+33612345678.0",
        "06 12 34 56 78;",
        "\u{2066}+33 6 12 34 56 78\u{2069}",
        "06\u{ad}12345678",
        "06 12 34 56 78\n",
    ] {
        assert_eq!(
            read("FR", typed).as_deref().map_err(|told| *told),
            number,
            "{typed:?}"
        );
    }
}

#[test]
fn the_first_of_several_values_that_takes_sms_is_taken() {
    for typed in [
        "06 12 34 56 78 / 07 98 76 54 32",
        "06.12.34.56.78/07.98.76.54.32",
        "0612345678;0798765432",
        "0612345678, 0798765432",
        "06 12 34 56 78 ou 07 98 76 54 32",
        "06 12 34 56 78 et 07 98 76 54 32",
        "06 12 34 56 78\r\n07 98 76 54 32",
        "0612345678-0798765432",
        "06-12-34-56-78 - 07-98-76-54-32",
        "06 12 34 56 78 07 98 76 54 32",
        "06123456780798765432",
        "0612345678 0033798765432",
        "+33612345678 +33798765432",
        "+33612345678+33798765432",
        "06/12/34/56/78 / 07/98/76/54/32",
        "01 42 34 56 78 / 06 12 34 56 78",
    ] {
        check_first(typed, true);
    }
    assert!(!parse("06/12/34/56/78", Region::default()).unwrap().more);
}

#[test]
fn what_is_no_number_is_refused_with_what_the_office_can_mend() {
    check(&[
        ("FR", "", Err("")),
        ("FR", "-", Err("")),
        ("FR", "0612", Err("")),
        ("FR", "06 12 34 56 7", Err("")),
        ("FR", "01 42 34 56 78 poste 12", Err("")),
        ("FR", "0712345678901", Err("")),
        ("FR", "45 12 34 56 78", Err("")),
        // With a digit too many: not a number of North America.
        ("FR", "14234567812", Err("")),
        ("FR", "abc", Err("")),
        ("FR", "+", Err("")),
        ("FR", "00", Err("")),
        ("FR", "06 12 34 56 78 maman", Err("texte à côté du numéro")),
        ("FR", "3.36123E+10", Err("abîmé par un tableur")),
        ("FR", "6,12E+08", Err("abîmé par un tableur")),
        ("FR", "3,36123e10", Err("abîmé par un tableur")),
        ("FR", "#REF!", Err("abîmé par un tableur")),
        ("FR", "########", Err("abîmé par un tableur")),
        ("FR", "142345678", Err("ligne fixe")),
        ("FR", "01 42 34 56 78 / 01 42 34 56 79", Err("ligne fixe")),
        ("FR", "0810 12 34 56", Err("numéro surtaxé ou gratuit")),
    ]);
}

#[test]
fn numbers_that_fill_a_cell_are_recognised() {
    for e164 in [
        "+33600000000",
        "+33606060606",
        "+33612300000",
        "+33102030405",
    ] {
        assert!(looks_invented(e164), "{e164}");
    }
    for e164 in ["+33612345678", "+262692123456", "+22370123456", "1"] {
        assert!(!looks_invented(e164), "{e164}");
    }
}

#[test]
fn signs_and_words_for_a_telephone_do_not_matter() {
    for typed in [
        "N° 06 12 34 56 78",
        "Tél. n° 06 12 34 56 78",
        "numéro : 0612345678",
        "\u{260e} 06 12 34 56 78",
        "\u{260e}\u{fe0f} Tél : 06 12 34 56 78",
        "06 12 34 56 78 (portable)",
        "06 12 34 56 78 - port.",
        "00+33612345678",
        "06'12'34'56'78",
    ] {
        check_first(typed, false);
    }
}

#[test]
fn no_number_of_another_country_is_made_of_digits_too_many() {
    check(&[
        ("FR", "0612345678/79", Ok("+33612345678")),
        ("FR", "06 12 34 56 78 79", Err("")),
        ("FR", "06 14 12 34 56 78", Err("")),
        ("FR", "0262692123456", Ok("+262692123456")),
        ("BE", "032475123456", Ok("+32475123456")),
        ("FR", "+881 6 1234 5678", Err("numéro surtaxé ou gratuit")),
        ("FR", "+870 773 123 456", Err("numéro surtaxé ou gratuit")),
    ]);
}
