//! The program is linked to a fixed address: position independence would cost a fifteenth of its size and some 13,000
//! relocations at each cold start. What it would hide from an attacker is of use only to errors of memory, which this
//! code cannot have; the heap, the stack and the libraries are at random addresses all the same.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|given| given == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
