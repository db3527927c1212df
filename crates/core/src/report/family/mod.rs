//! Floor 9. The family of a session for people and spreadsheets.

mod drawn;
mod report;
mod rolled;
mod rows;

#[cfg(test)]
mod tests;
