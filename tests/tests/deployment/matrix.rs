//! The adapters of every end, which are those of the system's tests.

#[path = "../system/matrix/agents/mod.rs"]
#[expect(dead_code, reason = "not all of what ends can do is done here")]
pub(crate) mod agents;
#[path = "../system/matrix/channels/mod.rs"]
#[expect(dead_code, reason = "as above")]
pub(crate) mod channels;
#[path = "../system/matrix/words.rs"]
#[expect(dead_code, reason = "as above")]
pub(crate) mod words;
