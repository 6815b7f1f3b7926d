//! One process of a function, with a Runtime API of its own.

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::function::Failed;
use super::runtime_api::{Desk, Invocation, router};
use crate::log::Log;
use crate::server::line::Lines;

/// How long Lambda lets a process start.
const INIT: Duration = Duration::from_secs(10);

/// What AWS sets for every function, besides the Runtime API's address.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "ASIASIMULATED"),
    ("AWS_SECRET_ACCESS_KEY", "simulated"),
    ("AWS_SESSION_TOKEN", "simulated"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
    ("AWS_LAMBDA_FUNCTION_NAME", "simulated"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/simulated"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"),
    ("LANG", "en_US.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    ("TZ", ":UTC"),
];

/// A process. It is killed when this is dropped.
pub(super) struct Sandbox {
    process: u32,
    started: Instant,
    events: mpsc::UnboundedSender<Invocation>,
    polled: watch::Receiver<Option<Instant>>,
    ended: watch::Receiver<Option<ExitStatus>>,
    kill: Arc<Notify>,
    served: AtomicBool,
    /// The Runtime API, and the watch over the process and its output.
    _tasks: JoinSet<()>,
}

/// How an invocation ended without an outcome.
pub(super) enum Lost {
    /// The process had served before and ended without taking this event: it is another process's.
    NotTaken,
    /// As the caller sees it.
    Failed(Failed),
}

impl Sandbox {
    /// Starts the process.
    pub(super) async fn start(
        program: &Path,
        environment: &[(String, String)],
        log: &Arc<Log<String>>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let api = listener.local_addr()?.to_string();
        let (events, waiting) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk::new(waiting, Arc::clone(log)));
        let polled = desk.polled();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let service = router(desk).into_make_service();
            if let Err(error) = axum::serve(Lines(listener), service).await {
                tracing::error!(%error, "a Runtime API failed");
            }
        });

        let started = Instant::now();
        let mut child = Command::new(program)
            .env_clear()
            .envs(ENVIRONMENT.iter().copied())
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let process = child
            .id()
            .ok_or_else(|| io::Error::other("the process ended before it was looked at"))?;
        let output = lines(child.stdout.take(), Arc::clone(log));
        let errors = lines(child.stderr.take(), Arc::clone(log));
        let (end, ended) = watch::channel(None);
        let kill = Arc::new(Notify::new());
        let killed = Arc::clone(&kill);
        tasks.spawn(async move {
            // Its end is told after its last line is noted.
            match tokio::join!(watch_over(child, &killed), output, errors) {
                (Ok(status), (), ()) => drop(end.send_replace(Some(status))),
                (Err(error), (), ()) => {
                    tracing::error!(%error, "a function's process cannot be watched");
                }
            }
        });
        Ok(Self {
            process,
            started,
            events,
            polled,
            ended,
            kill,
            served: AtomicBool::new(false),
            _tasks: tasks,
        })
    }

    /// The process's id.
    pub(super) fn process(&self) -> u32 {
        self.process
    }

    /// Whether the process has not ended, as far as is known.
    pub(super) fn is_alive(&self) -> bool {
        self.ended.borrow().is_none() && self.ended.has_changed().is_ok()
    }

    /// Kills the process and waits for its end.
    pub(super) async fn kill(&self) -> Failed {
        self.kill.notify_one();
        self.end().await
    }

    /// Waits until the process asks for its first event, and says how long after its start that was.
    pub(super) async fn ready(&self) -> Result<Duration, Failed> {
        let mut polled = self.polled.clone();
        let first = async {
            match polled.wait_for(Option::is_some).await {
                Ok(at) => (*at).ok_or(()),
                Err(_) => Err(()),
            }
        };
        tokio::select! {
            biased;
            Ok(at) = first => Ok(at.saturating_duration_since(self.started)),
            failed = self.end() => Err(failed),
            () = tokio::time::sleep(INIT) => {
                self.kill().await;
                Err(Failed::TimedOut)
            }
        }
    }

    /// Hands the process an event and waits for what it makes of it. Kills it when it takes longer than `time`.
    pub(super) async fn invoke(
        &self,
        event: Bytes,
        time: Duration,
    ) -> Result<super::runtime_api::Outcome, Lost> {
        let (taken, was_taken) = oneshot::channel();
        let (result, outcome) = oneshot::channel();
        let invocation = Invocation {
            id: request_id(),
            event,
            time,
            taken,
            result,
        };
        if self.events.send(invocation).is_err() {
            return Err(self.not_taken(self.end().await));
        }
        tokio::select! {
            biased;
            Ok(()) = was_taken => {}
            failed = self.end() => return Err(self.not_taken(failed)),
            () = tokio::time::sleep(INIT) => {
                self.kill().await;
                return Err(Lost::Failed(Failed::TimedOut));
            }
        }
        let answered = async {
            tokio::select! {
                biased;
                Ok(outcome) = outcome => Ok(outcome),
                failed = self.end() => Err(Lost::Failed(failed)),
            }
        };
        let Ok(answered) = timeout(time, answered).await else {
            self.kill().await;
            return Err(Lost::Failed(Failed::TimedOut));
        };
        self.served.store(true, Ordering::Relaxed);
        answered
    }

    /// A process that ends between two invocations is no failure of the next one; one that cannot start is.
    fn not_taken(&self, failed: Failed) -> Lost {
        if self.served.load(Ordering::Relaxed) {
            Lost::NotTaken
        } else {
            Lost::Failed(failed)
        }
    }

    /// Waits for the process's end.
    async fn end(&self) -> Failed {
        match self.ended.clone().wait_for(Option::is_some).await {
            Ok(status) => match *status {
                Some(status) => Failed::Died(status),
                None => Failed::NotRun("its end is not known".to_owned()),
            },
            Err(_) => Failed::NotRun("it could not be watched".to_owned()),
        }
    }
}

/// Waits for the process's end, or kills it.
async fn watch_over(mut child: Child, kill: &Notify) -> io::Result<ExitStatus> {
    tokio::select! {
        ended = child.wait() => return ended,
        () = kill.notified() => {}
    }
    child.start_kill()?;
    child.wait().await
}

/// Notes what the process prints. Bytes that are no UTF-8 are replaced, so that no line is lost.
async fn lines(output: Option<impl AsyncRead + Unpin>, log: Arc<Log<String>>) {
    let Some(output) = output else { return };
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        match output.read_until(b'\n', &mut line).await {
            Ok(0) => return,
            Ok(_) => log.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            Err(error) => {
                tracing::error!(%error, "a function's output cannot be read");
                return;
            }
        }
    }
}

/// In the form of a UUID, as Lambda's are.
fn request_id() -> String {
    let [high, low] = [fastrand::u64(..), fastrand::u64(..)];
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0xfff,
        low & 0xffff_ffff_ffff
    )
}
