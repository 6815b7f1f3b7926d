//! What the demonstration prints: the shortest conversation first, then each channel, then what else there is to see. What is
//! indented is to be pasted, from top to bottom; the rest says what it shows.

use super::cast::{Agent, Channel};
use crate::gateway::TABLE;

/// A text file with "Hello" in it, as a browser has it.
const FILE: &str = "data:text/plain;base64,SGVsbG8=";

/// Where everything is. URLs have no slash at the end.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// The gateway.
    pub(super) here: &'a str,
    /// The webhook that a chat on Webim 1.0 asks: the whole URL.
    pub(super) site: &'a str,
    /// The others: where their visitors' chats are.
    pub(super) telegram: &'a str,
    pub(super) webim: &'a str,
    pub(super) own_chat: &'a str,
    pub(super) app: &'a str,
    pub(super) portal: &'a str,
    /// The embedded DynamoDB.
    pub(super) dynamodb: &'a str,
    /// How this program was called.
    pub(super) program: &'a str,
}

/// A chat in which one can write and read at any time.
struct Chat<'a> {
    place: &'a str,
    id: &'a str,
}

impl Chat<'_> {
    fn does(&self, what: &str, value: &str) -> String {
        let Self { place, id } = self;
        format!(
            r#"curl -sS '{place}/chats/{id}/messages' -H 'Content-Type: application/json' -d '{{"{what}":"{value}"}}'"#
        )
    }

    fn writes(&self, text: &str) -> String {
        self.does("text", text)
    }

    /// What comes after the first `lines`, once there is some.
    fn after(&self, lines: usize) -> String {
        let Self { place, id } = self;
        format!("curl -sS '{place}/chats/{id}?after={lines}&wait=10'")
    }

    /// All of it, once there are more than `lines`.
    fn whole(&self, lines: usize) -> String {
        let Self { place, id } = self;
        format!(
            "curl -sS -o /dev/null '{place}/chats/{id}?after={lines}&wait=10'; curl -sS '{place}/chats/{id}'"
        )
    }
}

/// The text as it grows.
#[derive(Default)]
struct Page(String);

impl Page {
    fn says(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// Lines to paste, after what they show.
    fn offers<const N: usize>(&mut self, shows: &str, lines: [String; N]) {
        self.says(&format!("{shows}\n"));
        for line in lines {
            self.says(&format!("  {line}"));
        }
        self.says("");
    }
}

/// The whole of it. Each channel is answered by its usual agent, or every one by `all`.
pub(super) fn text(places: &Places<'_>, all: Option<Agent>) -> String {
    let mut page = Page::default();
    page.says(&format!(
        "Switchboard listens on {}, between six channels and three agents, all simulated: nothing leaves this machine.\n\
         Paste these lines into another terminal. Below them, here, the log says what happens. Ctrl-C ends it.\n",
        places.here
    ));
    page.offers(
        &format!(
            "{}. The answer is in the response:",
            who(Channel::Site, all)
        ),
        [asks(places, "site-1", "Hello")],
    );
    page.says(
        "The other channels. A visitor writes; then the chat as they see it, once the answer is there.\n",
    );
    for channel in Channel::ALL {
        let Some(chat) = first_chat(places, channel) else {
            continue;
        };
        page.offers(
            &format!("{}:", who(channel, all)),
            [chat.writes("Hello"), chat.after(1)],
        );
    }
    bubbles(&mut page, places);
    patience(&mut page, places);
    buttons(&mut page, places, all);
    files(&mut page, places);
    let handed_over = handover(&mut page, places, all);
    operations(&mut page, places, handed_over);
    page.0.truncate(page.0.trim_end().len());
    page.0
}

/// A channel, and who answers it.
fn who(channel: Channel, all: Option<Agent>) -> String {
    let (id, what) = (channel.id(), channel.what());
    let agent = channel.agent(all).id();
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let what: String = first.into_iter().chain(letters).collect();
    format!("{what} (`{id}`, answered by `{agent}`)")
}

/// The chat that a channel is first shown with. Webim 1.0 has none: a visitor's every word is a question to the gateway.
fn first_chat<'a>(places: &Places<'a>, channel: Channel) -> Option<Chat<'a>> {
    let (place, id) = match channel {
        Channel::Site => return None,
        Channel::ShopBot => (places.telegram, "1001"),
        Channel::Support => (places.webim, "1"),
        Channel::OwnChat => (places.own_chat, "1"),
        Channel::App => (places.app, "ada"),
        Channel::Portal => (places.portal, "ada"),
    };
    Some(Chat { place, id })
}

/// A visitor's word on Webim 1.0.
fn asks(places: &Places<'_>, chat: &str, text: &str) -> String {
    let site = places.site;
    format!(
        r#"curl -sS '{site}' -d '{{"event":"new_message","chat":{{"id":"{chat}"}},"kind":"visitor","text":"{text}"}}'"#
    )
}

fn bubbles(page: &mut Page, places: &Places<'_>) {
    let chat = Chat {
        place: places.telegram,
        id: "1001",
    };
    page.offers(
        "An agent answers in two bubbles, and they stay in order (`shop-bot`):",
        [chat.writes("two"), chat.whole(4)],
    );
}

fn patience(page: &mut Page, places: &Places<'_>) {
    let later = asks(places, "site-2", "And now?");
    page.offers(
        "An agent is slow, and Webim 1.0 waits for five seconds only. The visitor is asked for patience, and gets the answer later (`site`):",
        [
            asks(places, "site-2", "Be slow"),
            format!("sleep 5; {later}"),
        ],
    );
}

fn buttons(page: &mut Page, places: &Places<'_>, all: Option<Agent>) {
    let chat = Chat {
        place: places.webim,
        id: "2",
    };
    if Channel::Support.agent(all).has_buttons() {
        page.offers(
            "An agent offers buttons, and the visitor presses one (`support`):",
            [
                chat.writes("buttons"),
                chat.after(2),
                chat.does("press", "Yes"),
                chat.after(4),
            ],
        );
    }
}

fn files(page: &mut Page, places: &Places<'_>) {
    let chat = Chat {
        place: places.app,
        id: "ben",
    };
    page.offers(
        "A visitor sends a file, and the agent gets a URL that opens it for a day; then the agent sends one (`app`):",
        [
            chat.does("attachment", FILE),
            chat.after(1),
            chat.writes("Give me a file"),
            chat.after(3),
        ],
    );
}

/// Returns the channel and the chat that end with somebody else than the agent, if there is one that stays so.
fn handover(
    page: &mut Page,
    places: &Places<'_>,
    all: Option<Agent>,
) -> Option<(Channel, &'static str)> {
    if !Channel::Portal.agent(all).hands_over() {
        let chat = Chat {
            place: places.portal,
            id: "cleo",
        };
        page.offers(
            "An agent calls one of its own people, who answer in the same chat (`portal`):",
            [chat.writes("An operator, please"), chat.after(2)],
        );
    }
    if Channel::Support.agent(all).hands_over() {
        let chat = Chat {
            place: places.webim,
            id: "3",
        };
        let Chat { place, id } = chat;
        page.offers(
            "An agent gives a chat to the channel's operators, and they give it back (`support`):",
            [
                chat.writes("An operator, please"),
                chat.after(2),
                format!("curl -sS '{place}/chats/{id}/hand_back' -d ''"),
                chat.writes("Hello again"),
                chat.after(5),
            ],
        );
    }
    if !Channel::Site.agent(all).hands_over() {
        return None;
    }
    page.offers(
        "The same with Webim 1.0, whose operators have the chat after \"has_answer\":false (`site`):",
        [
            asks(places, "site-3", "An operator, please"),
            asks(places, "site-3", "Is somebody there?"),
        ],
    );
    Some((Channel::Site, "site-3"))
}

fn operations(page: &mut Page, places: &Places<'_>, handed_over: Option<(Channel, &str)>) {
    let Places {
        dynamodb, program, ..
    } = places;
    let (channel, chat) = handed_over.unwrap_or((Channel::ShopBot, "1001"));
    let channels: String = Channel::ALL
        .iter()
        .map(|channel| format!(" --channel {}", channel.id()))
        .collect();
    page.says(
        "Other words that the agents know: `silence` (they do not answer) and `bye`. `--agent NAME` lets one of them answer every channel.",
    );
    page.offers(
        "How the table sees a conversation, and what could not be delivered:",
        [
            format!(
                "{program} show {} {chat} --table {TABLE} --endpoint {dynamodb}",
                channel.id()
            ),
            format!("{program} dead list{channels} --table {TABLE} --endpoint {dynamodb}"),
        ],
    );
}
