//! Switchboard on one machine.
