//! Floor 9. What functions are called on a page.

use procmon_model::analysis::calls::FunctionCalls;

/// The columns that a name takes where it does not stand first.
pub(super) const NAME_MAX: usize = 28;

/// The name of a function; its form is said where the page has another one of it.
pub(super) fn name(function: &FunctionCalls, all: &[FunctionCalls]) -> String {
    let is_other =
        |other: &FunctionCalls| other.name == function.name && other.form != function.form;
    let known = known(&function.name);
    if all.iter().any(is_other) {
        return format!("{known} ({})", function.form.word());
    }
    known
}

/// A name that says something.
pub(super) fn known(name: &str) -> String {
    if name.is_empty() { "(anonymous)".to_owned() } else { name.to_owned() }
}
