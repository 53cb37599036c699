//! Tells the service manager how the node stands (`sd_notify(3)`): a datagram to the socket that it
//! names, and nothing where it names none.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// How a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It works, and listens if it is to.
    Ready,
    /// It ends what it has in hand.
    Stopping,
}

/// Tells it. Whoever asked to be told and does not listen learns nothing: the node works all the same.
pub(crate) fn notify(standing: Standing) {
    let Some(socket) = crate::config::notify_socket() else {
        return;
    };
    let message = match standing {
        Standing::Ready => "READY=1",
        Standing::Stopping => "STOPPING=1",
    };
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&socket),
    };
    let told = address
        .and_then(|address| UnixDatagram::unbound()?.send_to_addr(message.as_bytes(), &address));
    if let Err(error) = told {
        tracing::warn!(%error, "the service manager could not be told how the node stands");
    }
}
