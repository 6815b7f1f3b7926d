//! Every cell of `docs/handover.md`, played: what the visitor saw, what the agent heard, who has the conversation then.
//!
//! A cell is a row of the page on a channel of it, **S1/W2**. A row is a scenario, written once; what it expects differs by
//! the column. The cells are listed once, in [`CELLS`], as tests of their own (`handover_table::s1::w2`), and [`page`]
//! compares the list with the page.
//!
//! * [`scene`]: a channel and an agent, and what can be said and looked at there;
//! * [`selarti`], [`api_medium`], [`omnichannel`]: what each agent says, and what visitors write meanwhile;
//! * [`channel`]: what the channel does, whoever the agent is;
//! * [`silent`]: who is not heard.

mod api_medium;
mod channel;
mod omnichannel;
mod page;
mod scene;
mod selarti;
mod silent;

use futures_util::FutureExt;
use shared::platforms::End;

use super::matrix::{Played, play_all};

/// A column of the page's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    /// Telegram.
    T,
    /// An Omnichannel client server.
    O,
    /// An application that speaks API medium.
    A,
    /// An application that speaks Selarti's API.
    S,
    /// Webim 2.0.
    W2,
    /// Webim 1.0.
    W1,
}

impl Column {
    const ALL: [Self; 6] = [Self::T, Self::O, Self::A, Self::S, Self::W2, Self::W1];

    fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|column| format!("{column:?}") == name)
    }

    fn end(self) -> End {
        match self {
            Self::T => End::TelegramChannel,
            Self::O => End::OmnichannelChannel,
            Self::A => End::ApiMediumChannel,
            Self::S => End::SelartiChannel,
            Self::W2 => End::WebimV2Channel,
            Self::W1 => End::WebimV1Channel,
        }
    }
}

/// Plays a cell. A failure says which.
async fn play<F>(row: &str, column: &str, scenario: fn(Column) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let cell = format!("{row}/{column}").to_uppercase();
    let column = Column::named(&column.to_uppercase()).expect("a column of the page");
    let playing = scenario(column).map(|()| Played::Whole);
    play_all([(cell, playing.boxed())]).await;
}

/// Makes a test of each cell, and the list of them.
macro_rules! cells {
    ($($row:ident: $module:ident :: $scenario:ident [$($column:ident)+])+) => {
        /// The cells that are played: row and column, in small letters.
        const CELLS: &[(&str, &str)] = &[$($((stringify!($row), stringify!($column)),)+)+];

        $(mod $row {
            $(#[tokio::test]
            async fn $column() {
                let scenario = super::$module::$scenario;
                super::play(stringify!($row), stringify!($column), scenario).await;
            })+
        })+
    };
}

cells! {
    q1: silent::nobody_before_a_person_wrote [t o a s w1]
    q2: silent::the_bot_after_a_person_at_selarti [t o a s w2 w1]
    q3: silent::the_bot_after_a_person_at_api_medium [t o a s w2 w1]
    q4: silent::everybody_while_webims_operators_have_it [w2]
    q5: silent::everybody_waits_while_webims_operators_have_it [w1]
    q6: silent::nobody_when_it_is_closed [t o a s w2 w1]

    s1: selarti::the_bot_asks_for_people [t o a s w2 w1]
    s2: selarti::the_bot_asks_once_more [t o a s w2 w1]
    s3: selarti::the_bot_asks_after_it_was_given_back [w2 w1]
    s4: selarti::a_person_takes_over [t o a s w2 w1]
    s5: selarti::a_person_writes [t o a s w2 w1]
    s6: selarti::a_person_writes_and_gives_back [t o a s w2 w1]
    s7: selarti::the_bot_talks_over_a_person [t o a s w2 w1]
    s8: selarti::the_bot_has_it_again [t o a s w2 w1]
    s9: selarti::it_is_closed [t o a s w2 w1]
    s10: selarti::it_is_closed_once_more [t o a s w2 w1]
    v1: selarti::the_visitor_writes_to_people [t o a s w2 w1]
    v2: selarti::the_visitor_writes_when_it_is_closed [t o a s w2 w1]

    m1: api_medium::a_person_writes [t o a s w2 w1]
    m2: api_medium::the_bot_talks_over_a_person [t o a s w2 w1]
    m3: api_medium::the_bot_speaks_later [t o a s w2 w1]
    m4: api_medium::the_visitor_writes [t o a s w2 w1]

    n1: omnichannel::it_speaks [t o a s w2 w1]
    n2: omnichannel::the_visitor_writes [t o a s w2 w1]
    n3: omnichannel::it_asks_for_people [t o a s w2 w1]

    c1: channel::no_reply_before_the_deadline [w1]
    c2: channel::the_agent_does_not_take_the_question [w1]
    c3: channel::the_operators_give_it_back [w1 w2]
    c4: channel::the_agent_does_not_take_a_message [w2]
    c5: channel::the_handover_is_refused [w2]
    c6: channel::the_close_is_refused [w2]
    c7: channel::an_event_comes_twice [w1 w2]
}
