//! The command line as it is used: words, streams, endings, signals, files.

mod analyses;
mod attach;
mod bench;
mod calls;
mod compare;
mod configuring;
mod converting;
mod endings;
mod exporting;
mod files;
mod generated;
mod golden;
mod help;
mod json;
mod parent;
mod progress;
mod recordings;
mod rotating;
mod signals;
mod streams;
mod summaries;
mod survivors;
mod terminal;
mod words;
