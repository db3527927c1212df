//! The tidy test: what the house asks of every source file, checked on the files themselves.

mod checkout;
mod cycles;
mod floors;
mod house;
mod imports;
mod rules;
mod source;
mod tests;
