//! Quotients of whole numbers, rounded once and exactly.

/// `part` / `whole` × `scale`, rounded half away from zero; none where `whole` is not positive.
fn rounded(part: i128, whole: i128, scale: i128) -> Option<i128> {
    if whole <= 0 {
        return None;
    }
    let scaled = part.checked_mul(scale)?;
    let (quotient, rest) = (scaled / whole, scaled % whole);
    let away = if rest.abs() * 2 >= whole {
        scaled.signum()
    } else {
        0
    };
    Some(quotient + away)
}

/// How much percent `part` is of `whole`, to two decimals, half away from zero; none where `whole` is not
/// positive.
///
/// ```
/// use huizong::rollup::percent;
/// assert_eq!(percent(1, 3), Some(33.33));
/// assert_eq!(percent(-1, 800), Some(-0.13));
/// assert_eq!(percent(5, 0), None);
/// ```
pub fn percent(part: i64, whole: i64) -> Option<f64> {
    // Hundredths of a percent are whole numbers far below 2^53 in all but absurd cases, and their hundredth
    // is then the nearest number a float can hold.
    rounded(part.into(), whole.into(), 10_000).map(|hundredths| hundredths as f64 / 100.0)
}

/// `part` / `whole` to a whole number, half away from zero; none where `whole` is not positive.
pub(super) fn each(part: i64, whole: i64) -> Option<f64> {
    rounded(part.into(), whole.into(), 1).map(|whole| whole as f64)
}
