//! A function: its program, its environment, and the processes that run it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;
use tokio::sync::oneshot;

use super::sandbox::{Lost, Sandbox};
use crate::log::Log;
use crate::tasks::Tasks;

/// A function. Its processes are killed when it is dropped.
#[derive(Debug)]
pub struct Function(Arc<Inner>);

struct Inner {
    program: PathBuf,
    environment: Vec<(String, String)>,
    /// Every process that may still live.
    all: Mutex<Vec<Arc<Sandbox>>>,
    /// Those that wait for an event, the one used last at the end.
    idle: Mutex<Vec<Arc<Sandbox>>>,
    log: Arc<Log<String>>,
    tasks: Tasks,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// Why an invocation has no response.
#[derive(Clone, Debug, PartialEq)]
pub enum Failed {
    /// The process ended in the middle of it, or before it could take its first event.
    Died(ExitStatus),
    /// The time was over; the process was killed.
    TimedOut,
    /// The function returned an error, as `{"errorType", "errorMessage"}`.
    Error(Value),
    /// No process could be started, or the function was dropped.
    NotRun(String),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Died(status) => write!(f, "the process ended: {status}"),
            Self::TimedOut => f.write_str("the time was over and the process was killed"),
            Self::Error(error) => write!(f, "the function returned an error: {error}"),
            Self::NotRun(why) => write!(f, "no process: {why}"),
        }
    }
}

impl std::error::Error for Failed {}

/// A process that was started before there was an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The process's id.
    pub process: u32,
    /// From just before the process was started to its first poll for an event.
    pub took: Duration,
}

impl Function {
    /// A function that runs `program` with what AWS sets for every function and `environment`, which wins, and with
    /// nothing of the environment of the calling process. No process is started yet.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn new(program: PathBuf, environment: Vec<(String, String)>) -> io::Result<Self> {
        if !program.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("{} is no program", program.display()),
            ));
        }
        Ok(Self(Arc::new(Inner {
            program,
            environment,
            all: Mutex::default(),
            idle: Mutex::default(),
            log: Arc::default(),
            tasks: Tasks::default(),
        })))
    }

    /// Invokes the function with `event`, which may take `time` from the moment when a process takes it. Starting a
    /// process has Lambda's ten seconds besides.
    ///
    /// The invocation goes on if the returned future is dropped, as it does on Lambda when the caller hangs up.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn invoke(&self, event: &Value, time: Duration) -> Result<Value, Failed> {
        let event = Bytes::from(event.to_string());
        let (answer, answered) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        self.0.tasks.spawn(async move {
            if answer.send(inner.invoke(event, time).await).is_err() {
                tracing::debug!("the caller hung up before the invocation's end");
            }
        });
        answered
            .await
            .unwrap_or_else(|_| Err(Failed::NotRun("the function was dropped".to_owned())))
    }

    /// Starts a further process and waits until it is ready for an event, which it then gets before others.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn provision(&self) -> Result<Provisioned, Failed> {
        let sandbox = self.0.start().await?;
        let took = sandbox.ready().await?;
        let process = sandbox.process();
        self.0.release(sandbox);
        Ok(Provisioned { process, took })
    }

    /// Kills every process (`SIGKILL`) and returns, when they are dead, how many there were. Invocations under way fail
    /// with [`Failed::Died`].
    pub async fn kill_all(&self) -> usize {
        let living = self.0.living();
        for sandbox in &living {
            sandbox.kill().await;
        }
        living.len()
    }

    /// The ids of the processes that live.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        self.0
            .living()
            .iter()
            .map(|sandbox| sandbox.process())
            .collect()
    }

    /// The lines that all processes have printed so far: all of those that have ended; of one that lives, what it prints
    /// may come a moment after its response.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        self.0.log.all()
    }

    /// The same lines, to be waited for.
    #[must_use]
    pub fn log(&self) -> &Log<String> {
        &self.0.log
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // The invocations under way hold their processes.
        self.0.tasks.abort();
    }
}

impl Inner {
    async fn invoke(&self, event: Bytes, time: Duration) -> Result<Value, Failed> {
        loop {
            let sandbox = match self.idle() {
                Some(sandbox) => sandbox,
                None => self.start().await?,
            };
            match sandbox.invoke(event.clone(), time).await {
                Ok(outcome) => {
                    self.release(sandbox);
                    return outcome.map_err(Failed::Error);
                }
                Err(Lost::NotTaken) => {}
                Err(Lost::Failed(failed)) => return Err(failed),
            }
        }
    }

    fn idle(&self) -> Option<Arc<Sandbox>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sandbox| sandbox.is_alive());
        idle.pop()
    }

    fn release(&self, sandbox: Arc<Sandbox>) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sandbox);
    }

    async fn start(&self) -> Result<Arc<Sandbox>, Failed> {
        let sandbox = Sandbox::start(&self.program, &self.environment, &self.log)
            .await
            .map_err(|error| Failed::NotRun(error.to_string()))?;
        let sandbox = Arc::new(sandbox);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::clone(&sandbox));
        Ok(sandbox)
    }

    /// The processes that live; the others are forgotten.
    fn living(&self) -> Vec<Arc<Sandbox>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|sandbox| sandbox.is_alive());
        all.clone()
    }
}
