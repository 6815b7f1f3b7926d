//! A TCP connection that a fault can cut.
//!
//! A handler cannot close the connection that it answers on: it only returns a response. So the listener wraps each
//! connection, and hands every request a [`Line`] that sets how many more bytes may leave before the connection is reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// No cut was ordered.
const WHOLE: usize = usize::MAX;

/// The handle on the connection that a request came in on.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<AtomicUsize>);

impl Line {
    /// Resets the connection once `bytes` more of the answer have left.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Release);
    }

    fn left(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.io().line.clone()
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) TcpListener);

impl Listener for Lines {
    type Io = Cuttable;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (tcp, addr) = Listener::accept(&mut self.0).await;
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        (
            Cuttable {
                tcp,
                line: Line(Arc::new(AtomicUsize::new(WHOLE))),
            },
            addr,
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// The server's end of a connection.
#[derive(Debug)]
pub(crate) struct Cuttable {
    tcp: TcpStream,
    line: Line,
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.line.left();
        if left == WHOLE {
            return Pin::new(&mut self.tcp).poll_write(cx, buf);
        }
        let allowed = buf.get(..left).unwrap_or(buf);
        if allowed.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let written = Pin::new(&mut self.tcp).poll_write(cx, allowed);
        if let Poll::Ready(Ok(bytes)) = written {
            self.line.cut_after(left.saturating_sub(bytes));
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.left() == WHOLE {
            return Pin::new(&mut self.tcp).poll_shutdown(cx);
        }
        // An orderly end would tell the other side that this was the whole answer.
        Poll::Ready(Ok(()))
    }
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        // With no time to linger, closing sends a reset.
        if self.line.left() != WHOLE
            && let Err(error) = self.tcp.set_zero_linger()
        {
            tracing::debug!(%error, "the connection ends in order: it could not be set to reset");
        }
    }
}
