//! Tables that a French spreadsheet opens by a double click: UTF-8 with its mark, semicolons, every
//! cell quoted, and none that begins a formula (OWASP, CSV injection).

use crate::drf::ApiError;
use actix_web::http::header;
use actix_web::{HttpResponse, web::Bytes};
use futures_util::Stream;

/// What a table begins with.
const MARK: &str = "\u{feff}";

/// The first line, with the names of the columns.
pub(crate) fn head<const N: usize>(names: [&str; N]) -> String {
    MARK.to_owned() + &line(names.map(str::to_owned))
}

/// One line.
pub(crate) fn line<const N: usize>(cells: [String; N]) -> String {
    cells.map(|text| cell(&text)).join(";") + "\r\n"
}

/// A table to be kept under this name.
pub(crate) fn answer(
    name: &str,
    lines: impl Stream<Item = Result<Bytes, ApiError>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ))
        .streaming(Box::pin(lines))
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_cell_begins_a_formula() {
        let expected = [
            ("+33612345678", "\"'+33612345678\""),
            ("=1+1", "\"'=1+1\""),
            ("dit \"Zoé\"", "\"dit \"\"Zoé\"\"\""),
            ("N'Diaye; Awa", "\"N'Diaye; Awa\""),
        ];
        for (text, shown) in expected {
            assert_eq!(cell(text), shown);
        }
    }

    proptest! {
        #[test]
        fn every_cell_is_quoted_whole_and_no_formula(text in prop_oneof![any::<String>(), "[=+@\t\r\n\";'-][a-z=\";]{0,8}"]) {
            let shown = cell(&text);
            let inside = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
            let read = inside.replace("\"\"", "\u{0}");
            prop_assert!(!read.contains('"'));
            prop_assert!(!inside.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            let read = inside.replace("\"\"", "\"");
            prop_assert_eq!(read.strip_prefix('\'').filter(|_| !text.starts_with('\'')).unwrap_or(&read), &text);
        }
    }
}
