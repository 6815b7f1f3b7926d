//! The functions' own calls to DynamoDB, recorded and made again by a function that does nothing else.

use std::borrow::Cow;

use axum::body::Bytes;
use simulators::lambda::HttpApi;
use simulators::listen;
use simulators::telegram::Chat;

use crate::Error;
use crate::programs::Programs;
use crate::world::{self, Measured, World, environment};

/// The two functions' calls, each made by a function of its own.
pub(crate) struct Replays {
    /// Where they answer: `/telegram/{chat}` and `/selarti/{chat}`.
    pub(crate) api: HttpApi,
    pub(crate) telegram: Measured,
    pub(crate) selarti: Measured,
}

impl Replays {
    /// Records an exchange, and makes copies of its conversation for `chats` chats, 0 first.
    pub(crate) async fn start(
        programs: &Programs,
        world: &World,
        first: &Chat,
        chats: usize,
    ) -> Result<Self, Error> {
        world.dynamodb.record();
        let thread = world.ask(first).await?;
        world.answer(&thread).await?;
        // A call is answered before the platform is, so that all of them are there.
        let recorded = world.dynamodb.recorded();
        let copies = (0..chats).map(|number| format!("replay-{number}"));
        world::copy_conversation(&world.dynamodb.database, copies)?;
        let start = async |lane: &str| {
            let mut environment = environment(&world.dynamodb.url);
            environment.push(("PROBE".to_owned(), "updates".to_owned()));
            environment.push(("PROBE_UPDATES".to_owned(), of_lane(&recorded, lane)?));
            Measured::start(programs, "probe", environment).await
        };
        let (telegram, selarti) = (start("agent_queue").await?, start("channel_queue").await?);
        let routes = vec![
            telegram.route("/telegram/{chat}"),
            selarti.route("/selarti/{chat}"),
        ];
        Ok(Self {
            api: HttpApi::start(listen("127.0.0.1:0").await?, routes)?,
            telegram,
            selarti,
        })
    }
}

/// The two calls that name a lane's queue, as a JSON array.
fn of_lane(recorded: &[Bytes], lane: &str) -> Result<String, Error> {
    let quoted = format!("\"{lane}\"");
    let calls: Vec<Cow<'_, str>> = recorded
        .iter()
        .map(|body| String::from_utf8_lossy(body))
        .filter(|body| body.contains(&quoted))
        .collect();
    if calls.len() != 2 {
        return Err(format!(
            "a message has {} calls that name {lane}, not 2",
            calls.len()
        )
        .into());
    }
    Ok(format!("[{}]", calls.join(",")))
}
