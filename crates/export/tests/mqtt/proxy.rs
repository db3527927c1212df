//! Floor 11. A wire between a client and a broker that can be cut.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The wire. Both ends see it closed when it is cut, and may connect anew.
pub(crate) struct Wire {
    pub(crate) port: u16,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    /// A wire to a port of this machine.
    pub(crate) fn to(broker: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ends = Arc::<Mutex<Vec<TcpStream>>>::default();
        let kept = Arc::clone(&ends);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                let far = TcpStream::connect(("127.0.0.1", broker)).unwrap();
                pass_on(&near, &far);
                pass_on(&far, &near);
                kept.lock().unwrap().extend([near, far]);
            }
        });
        Self { port, ends }
    }

    /// Cuts it.
    pub(crate) fn cut(&self) {
        for end in self.ends.lock().unwrap().drain(..) {
            // An end that has gone by itself is cut already.
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

fn pass_on(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || io::copy(&mut from, &mut to));
}
