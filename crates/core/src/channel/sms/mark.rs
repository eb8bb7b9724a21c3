//! Watches whether anything of a request left: only then may the gateway have it.
//!
//! ureq's errors do not tell a handshake that broke from an answer that was lost, and the one is
//! tried again while the other must not be. So its transport is wrapped: the first output that goes
//! through, after the TLS handshake if there is one, raises the mark.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Raised once the first bytes of a request are on their way.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark(Arc<AtomicBool>);

impl Mark {
    pub(super) fn lower(&self) {
        self.0.store(false, Ordering::Release);
    }

    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl<In: Transport> Connector<In> for Mark {
    type Out = Marked<In>;

    fn connect(
        &self,
        _details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Marked {
            inner,
            mark: self.clone(),
        }))
    }
}

/// A connection that raises the mark.
#[derive(Debug)]
pub(super) struct Marked<In> {
    inner: In,
    mark: Mark,
}

impl<In: Transport> Transport for Marked<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    /// rustls shakes hands before it takes the first output, and fails here if it cannot.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout)?;
        self.mark.0.store(true, Ordering::Release);
        crate::failpoint::reach("request_sent");
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
