//! What every channel and every agent can carry to each other, written down from what their capabilities say.
//!
//! `docs/platforms/matrix.md` is this and nothing else: `UPDATE_DOCS=1 cargo test -p shared --test platforms matrix` writes it.

use std::fmt::Write;
use std::path::Path;

use shared::platforms::{Buttons, Capabilities, End, Handover, Role, Threads};
use shared::text::Unit;

const HEAD: &str = "# The matrix\n\n\
    What goes from every channel to every agent and back, and what becomes of what cannot. This page is generated from the platforms\'\n\
    capabilities (`shared/src/platforms/*/*/mod.rs`), and a test compares it with them. What each platform\'s own page says beyond is not here.\n\n";

fn of(role: Role) -> impl Iterator<Item = End> {
    End::ALL.into_iter().filter(move |end| end.role() == role)
}

fn name(end: End) -> String {
    match end.version() {
        Some(version) => format!("{} {version}", end.platform().name()),
        None => end.platform().name().to_owned(),
    }
}

fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "-" }
}

fn limit(capabilities: &Capabilities) -> String {
    let unit = match capabilities.text.unit {
        Unit::Bytes => "bytes",
        Unit::Chars => "characters",
        Unit::Utf16 => "UTF-16 units",
    };
    format!("{} {unit}", capabilities.text.max)
}

fn buttons(capabilities: &Capabilities) -> String {
    match capabilities.buttons {
        Buttons::No => "-".to_owned(),
        Buttons::ByText => "by their text".to_owned(),
        Buttons::WithIds(ids) => format!("with ids of {} bytes", ids.max),
    }
}

fn handover(capabilities: &Capabilities) -> &'static str {
    match capabilities.handover {
        Handover::InTheAnswer => "its operators, by the answer",
        Handover::ByCall => "its operators, by a call",
        Handover::ByFlag => "a flag in each message",
        Handover::ItSays => "it says so",
        Handover::ByAuthor => "its messages say who wrote them",
        Handover::No => "-",
    }
}

fn ends(page: &mut String) {
    writeln!(page, "## Channels\n").unwrap();
    writeln!(page, "| channel | spoken to | text | markup | files | buttons | places | contacts | handover | told of a close | brings |").unwrap();
    writeln!(page, "|---|---|---|---|---|---|---|---|---|---|---|").unwrap();
    for end in of(Role::Channel) {
        let can = end.capabilities();
        let spoken = match can.deadline {
            Some(deadline) => format!("in its answer, within {} s", deadline.as_secs()),
            None => "at any time".to_owned(),
        };
        writeln!(
            page,
            "| {} | {spoken} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            name(end),
            limit(can),
            yes(can.markup),
            yes(can.files),
            buttons(can),
            yes(can.locations),
            yes(can.contacts),
            handover(can),
            yes(can.closes),
            brings(can, "presses"),
        )
        .unwrap();
    }
    writeln!(page, "\n## Agents\n").unwrap();
    writeln!(page, "| agent | text | files | presses | places | contacts | conversation's id | handover | says that it closes | brings |").unwrap();
    writeln!(page, "|---|---|---|---|---|---|---|---|---|---|").unwrap();
    for end in of(Role::Agent) {
        let can = end.capabilities();
        let threads = match can.threads {
            Threads::Ours => "ours",
            Threads::Allocated => "an integer of ours",
            Threads::Assigned => "its own",
        };
        writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {threads} | {} | {} | {} |",
            name(end),
            limit(can),
            yes(can.files),
            yes(can.presses),
            yes(can.locations),
            yes(can.contacts),
            handover(can),
            yes(can.closes),
            brings(can, "buttons"),
        )
        .unwrap();
    }
}

fn brings(can: &Capabilities, buttons: &str) -> String {
    let brings = can.brings;
    let all = [
        (true, "text"),
        (brings.files, "files"),
        (brings.buttons, buttons),
        (brings.locations, "places"),
        (brings.contacts, "contacts"),
    ];
    let said: Vec<_> = all
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, what)| *what)
        .collect();
    said.join(", ")
}

/// What one says that the other has no field for, and what becomes of it.
fn becomes(from: &Capabilities, to: &Capabilities) -> Vec<String> {
    let mut lost = Vec::new();
    let mut add = |brought: bool, taken: bool, what: &str, becomes: &str| {
        if brought && !taken {
            lost.push(format!("{what}: {becomes}"));
        }
    };
    add(
        from.brings.files,
        to.files,
        "a file",
        "a line of text with its URL",
    );
    let (pressed, what, text) = match to.role {
        Role::Agent => (to.presses, "a press", "the button's text"),
        Role::Channel => (to.buttons != Buttons::No, "buttons", "lines of text"),
    };
    add(from.brings.buttons, pressed, what, text);
    add(
        from.brings.locations,
        to.locations,
        "a place",
        "a link to a map",
    );
    add(
        from.brings.contacts,
        to.contacts,
        "a contact",
        "a line of text",
    );
    if to.role == Role::Channel {
        let says = from.handover == Handover::ItSays;
        let shown = to.handover != Handover::No;
        add(
            says,
            shown,
            "that people take over",
            "`handover_text`, if the route has one",
        );
        add(
            from.closes,
            to.closes,
            "that it closes",
            "nothing; it is noted",
        );
    }
    lost
}

fn pairs(page: &mut String) {
    writeln!(page, "\n## Pairs\n\nWhat has another form on the other side. What is not named goes as what it is.\n").unwrap();
    writeln!(
        page,
        "| channel | agent | from the visitor | from the agent |"
    )
    .unwrap();
    writeln!(page, "|---|---|---|---|").unwrap();
    for channel in of(Role::Channel) {
        for agent in of(Role::Agent) {
            let (here, there) = (channel.capabilities(), agent.capabilities());
            let said = |what: Vec<String>| match what.is_empty() {
                true => "-".to_owned(),
                false => what.join("; "),
            };
            let (to, from) = (said(becomes(here, there)), said(becomes(there, here)));
            writeln!(
                page,
                "| {} | {} | {to} | {from} |",
                name(channel),
                name(agent)
            )
            .unwrap();
        }
    }
}

#[test]
fn the_page_says_what_the_capabilities_say() {
    let mut page = HEAD.to_owned();
    ends(&mut page);
    pairs(&mut page);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/platforms/matrix.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/platforms/matrix.md is not what the capabilities say; write it anew:\n\
         UPDATE_DOCS=1 cargo test -p shared --test platforms matrix"
    );
}
