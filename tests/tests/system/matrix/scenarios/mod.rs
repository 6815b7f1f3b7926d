//! What happens in a conversation, for every pair alike.

mod buttons;
mod copies;
mod faults;
mod files;
mod people;
mod places;
mod texts;
