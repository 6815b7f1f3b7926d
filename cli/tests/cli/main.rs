//! The command `switchboard` as a person has it: what it prints, how it ends, and that what it prints can be pasted.

mod dead;
mod demonstration;
mod messages;
mod paste;
mod process;
mod restart;
mod stopping;
mod urls;
