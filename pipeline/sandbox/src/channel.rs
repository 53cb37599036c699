//! Frames over a Unix stream socket: four bytes of length (little-endian), then that many bytes.
//!
//! A frame may carry one file descriptor from parent to worker; the parent takes none. Every wait
//! ends at a deadline, if one is given, or when the bell rings. Knows nothing of what frames mean.

use crate::protocol::MAX_FRAME;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;
use thiserror::Error;

/// One end of the socket.
pub(crate) struct Channel(OwnedFd);

/// A frame, and the descriptor that came with it.
pub(crate) type Frame = (Vec<u8>, Option<OwnedFd>);

/// When to stop waiting.
#[derive(Clone, Copy, Default)]
pub(crate) struct Patience<'a> {
    /// How long may be waited from now on; none when the time is up. Asked again and again: it
    /// need not run as the clock does.
    pub(crate) left: Option<&'a dyn Fn() -> Option<Duration>>,
    /// Readable when everything has to stop.
    pub(crate) bell: Option<BorrowedFd<'a>>,
}

/// Why no frame was sent or received.
#[derive(Debug, Error)]
pub(crate) enum ChannelError {
    #[error("the other end closed the channel")]
    Closed,
    #[error("the deadline passed")]
    Deadline,
    #[error("the bell rang")]
    Bell,
    #[error("a frame of {0} bytes exceeds the {MAX_FRAME} allowed")]
    TooLarge(usize),
    #[error("the socket failed: {0}")]
    Socket(Errno),
}

impl From<Errno> for ChannelError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::PIPE | Errno::CONNRESET => Self::Closed,
            other => Self::Socket(other),
        }
    }
}

/// Whether the receiving end takes a descriptor that comes with a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Descriptors {
    /// The worker's side.
    Take,
    /// The parent's side: the kernel closes what is sent.
    Refuse,
}

impl Channel {
    pub(crate) const fn new(socket: OwnedFd) -> Self {
        Self(socket)
    }

    /// Sends one frame, and with its first byte the descriptor.
    pub(crate) fn send(
        &self,
        body: &[u8],
        descriptor: Option<BorrowedFd<'_>>,
        patience: Patience<'_>,
    ) -> Result<(), ChannelError> {
        let length = u32::try_from(body.len())
            .ok()
            .filter(|_| body.len() <= MAX_FRAME)
            .ok_or(ChannelError::TooLarge(body.len()))?;
        let descriptors = descriptor.map(|fd| [fd]);
        self.send_all(
            &length.to_le_bytes(),
            descriptors.as_ref().map(<[_; 1]>::as_slice),
            patience,
        )?;
        self.send_all(body, None, patience)
    }

    fn send_all(
        &self,
        mut bytes: &[u8],
        mut descriptors: Option<&[BorrowedFd<'_>]>,
        patience: Patience<'_>,
    ) -> Result<(), ChannelError> {
        while !bytes.is_empty() {
            self.wait(PollFlags::OUT, patience)?;
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if let Some(fds) = descriptors {
                control.push(SendAncillaryMessage::ScmRights(fds));
            }
            let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
            match sendmsg(&self.0, &[IoSlice::new(bytes)], &mut control, flags) {
                Ok(sent) => {
                    bytes = bytes.get(sent..).unwrap_or_default();
                    descriptors = None;
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// Receives one frame. Nothing is allocated for a length beyond the limit.
    pub(crate) fn receive(
        &self,
        descriptors: Descriptors,
        patience: Patience<'_>,
    ) -> Result<Frame, ChannelError> {
        let mut header = [0; 4];
        let descriptor = self.receive_exact(&mut header, descriptors, patience)?;
        let length = usize::try_from(u32::from_le_bytes(header)).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(ChannelError::TooLarge(length));
        }
        let mut body = vec![0; length];
        self.receive_exact(&mut body, Descriptors::Refuse, patience)?;
        Ok((body, descriptor))
    }

    fn receive_exact(
        &self,
        buffer: &mut [u8],
        descriptors: Descriptors,
        patience: Patience<'_>,
    ) -> Result<Option<OwnedFd>, ChannelError> {
        let (mut filled, mut taken) = (0, None);
        while filled < buffer.len() {
            self.wait(PollFlags::IN, patience)?;
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = match descriptors {
                Descriptors::Take => RecvAncillaryBuffer::new(&mut space),
                Descriptors::Refuse => RecvAncillaryBuffer::default(),
            };
            let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
            let rest = &mut [IoSliceMut::new(&mut buffer[filled..])];
            match recvmsg(&self.0, rest, &mut control, flags) {
                Ok(message) if message.bytes == 0 => return Err(ChannelError::Closed),
                Ok(message) => filled += message.bytes,
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(fds) = message {
                    taken = fds.last();
                }
            }
        }
        Ok(taken)
    }

    /// Waits until the socket is ready or closed.
    fn wait(&self, ready: PollFlags, patience: Patience<'_>) -> Result<(), ChannelError> {
        loop {
            let timeout = match patience.left {
                None => None,
                Some(left) => {
                    let left = left().ok_or(ChannelError::Deadline)?;
                    Some(Timespec::try_from(left).map_err(|_| ChannelError::Deadline)?)
                }
            };
            let mut fds = vec![PollFd::new(&self.0, ready)];
            fds.extend(
                patience
                    .bell
                    .as_ref()
                    .map(|bell| PollFd::new(bell, PollFlags::IN)),
            );
            match poll(&mut fds, timeout.as_ref()) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) if fds.get(1).is_some_and(|bell| !bell.revents().is_empty()) => {
                    return Err(ChannelError::Bell);
                }
                Ok(_) => return Ok(()),
                Err(errno) => return Err(errno.into()),
            }
        }
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, ChannelError, Descriptors, Patience};
    use crate::protocol::MAX_FRAME;
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::os::fd::AsFd as _;
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};

    fn pair() -> (Channel, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Channel::new(ours.into()), theirs)
    }

    fn check(written: &[u8], expected: Result<&[u8], &str>) {
        let (channel, mut theirs) = pair();
        theirs.write_all(written).unwrap();
        drop(theirs);
        let received = channel.receive(Descriptors::Refuse, Patience::default());
        assert_eq!(
            received.map(|(body, _)| body).map_err(|e| e.to_string()),
            expected.map(<[u8]>::to_vec).map_err(str::to_owned)
        );
    }

    #[test]
    fn frames_are_taken_whole_or_not_at_all() {
        check(b"\x03\0\0\0abc", Ok(b"abc"));
        check(b"\0\0\0\0", Ok(b""));
        check(b"", Err("the other end closed the channel"));
        check(b"\x03\0\0\0ab", Err("the other end closed the channel"));
        check(
            b"\xff\xff\xff\xff",
            Err("a frame of 4294967295 bytes exceeds the 8388608 allowed"),
        );
    }

    #[test]
    fn a_silent_worker_meets_the_deadline() {
        let (channel, _theirs) = pair();
        let patience = Patience {
            left: Some(&|| None),
            bell: None,
        };
        let waited = channel.receive(Descriptors::Refuse, patience);
        assert!(matches!(waited, Err(ChannelError::Deadline)));
    }

    #[test]
    fn a_worker_that_does_not_listen_meets_the_deadline_too() {
        let (channel, _theirs) = pair();
        let soon = Instant::now() + Duration::from_millis(30);
        let patience = Patience {
            left: Some(&|| soon.checked_duration_since(Instant::now())),
            bell: None,
        };
        let sent = channel.send(&vec![0; MAX_FRAME], None, patience);
        assert!(matches!(sent, Err(ChannelError::Deadline)));
    }

    #[test]
    fn a_descriptor_travels_only_towards_who_takes_it() {
        let mut kept = tempfile::tempfile().unwrap();
        kept.write_all(b"paper").unwrap();
        std::io::Seek::rewind(&mut kept).unwrap();
        for (descriptors, arrives) in [(Descriptors::Take, true), (Descriptors::Refuse, false)] {
            let (near, far) = pair();
            near.send(b"x", Some(kept.as_fd()), Patience::default())
                .unwrap();
            let far = Channel::new(far.into());
            let (_, descriptor) = far.receive(descriptors, Patience::default()).unwrap();
            assert_eq!(descriptor.is_some(), arrives);
            if let Some(descriptor) = descriptor {
                let mut text = String::new();
                File::from(descriptor).read_to_string(&mut text).unwrap();
                assert_eq!(text, "paper");
            }
        }
    }
}
