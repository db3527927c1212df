//! The command line as it is used: words, streams, endings, signals, files.

mod analyses;
mod attach;
mod bench;
mod compare;
mod converting;
mod endings;
mod files;
mod golden;
mod help;
mod json;
mod parent;
mod recordings;
mod rotating;
mod signals;
mod streams;
mod summaries;
mod survivors;
mod terminal;
mod words;
