//! Whatever stands in the header, it is refused, unless the web app signed it.

use super::{HEADER, NOW, bearer, genuine, header, hs256, payload, token};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_of_strange_bytes_lets_anybody_in(
        bytes in any::<Vec<u8>>(),
        text in "(Bearer|bearer|Key|ApiKey|Basic) {0,2}[A-Za-z0-9_.=-]{0,80}",
        parts in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{43}",
    ) {
        let hs256 = hs256();
        for value in [bytes.clone(), text.into_bytes(), [b"Bearer ", bytes.as_slice()].concat()] {
            let answer = header(&hs256, &value);
            prop_assert!(answer.as_ref().map_or(true, |name| !name.starts_with("user:")), "{:?}", answer);
        }
        prop_assert!(bearer(&hs256, parts).is_err());
    }

    #[test]
    fn no_changed_token_passes(at in any::<proptest::sample::Index>(), letter in "[A-Za-z0-9_.=-]") {
        let genuine = genuine();
        let at = at.index(genuine.len());
        let mut changed = genuine.clone();
        changed.replace_range(at..=at, &letter);
        prop_assume!(changed != genuine);
        prop_assert!(bearer(&hs256(), &changed).is_err(), "{}", changed);
    }

    #[test]
    fn claims_of_any_kind_are_judged(value in "(null|true|-?[0-9]{1,25}(\\.[0-9]{1,3})?(e[0-9]{1,4})?|\"\\PC{0,8}\"|\\[\\]|\\{\\})", claim in "(exp|iat|nbf|user_id|token_type|jti)") {
        let signed = token(HEADER, &payload(&[(&claim, Some(&value))]));
        let passed = bearer(&hs256(), signed).is_ok();
        if claim == "exp" {
            let later = value.parse::<f64>().is_ok_and(|exp| exp > f64::from(u32::try_from(NOW).unwrap()) - 60.0);
            prop_assert!(later || !passed, "exp {} passed", value);
        }
        if claim == "token_type" {
            prop_assert!(!passed, "token_type {} passed", value);
        }
    }
}
