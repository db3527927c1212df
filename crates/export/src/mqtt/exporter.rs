//! Floor 11. The two threads of deliveries to a broker: one makes messages of records, the other sends them.

use std::io;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout_at;

use super::broker::Broker;
use super::client::{Connecting, Line};
use super::compose::{Composer, Naming};
use super::error::MqttError;
use super::options::{MqttOptions, PasswordFrom, host_name};
use super::sender::{Next, Place, Sender, status};
use super::signal::{Signal, Signals};
use super::tls::tls;
use super::topics::{Topics, part};
use crate::delivery::{Courier, Parcel, Picture, Tally};

/// How many messages may be unconfirmed at a time. The library keeps room for each, so that more cost memory.
const IN_FLIGHT: u16 = 100;

/// How long the wait for a record may take at a time; nothing happens when it is over.
const IDLE: Duration = Duration::from_secs(3600);

/// Deliveries to an MQTT broker.
pub struct Mqtt;

/// Deliveries that go on.
pub struct Handle {
    threads: [JoinHandle<()>; 2],
}

/// All that the sending thread needs.
struct Sending {
    connecting: Connecting,
    place: Place,
    tally: Tally,
    flush: Duration,
}

impl Mqtt {
    /// Begins to deliver the records that the courier brings. A broker that cannot be reached is no error: it is tried
    /// for as long as the session lives, and what could not be delivered is counted.
    pub fn start(
        options: &MqttOptions,
        courier: Courier,
        picture: Box<dyn Picture>,
    ) -> Result<Handle, MqttError> {
        let agent = options.agent.clone().or_else(host_name).ok_or(MqttError::NoAgent)?;
        let topics = Topics::new(&options.namespace, &agent)?;
        let naming =
            Naming::new(topics.clone(), options.run.as_deref(), random_word()? + &random_word()?)?
                .with_propeller(options.compat.as_ref(), &agent)?;
        let sending = sending(options, &topics, &agent, courier.tally().clone())?;
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(MqttError::System)?;
        let (signals, received) = unbounded_channel();
        let (composer, told) = (Composer::new(naming, picture), signals.clone());
        // If the second cannot be had, the first still takes all records and counts them as dropped.
        let writer = thread::Builder::new()
            .name("procmon-mqtt-in".to_owned())
            .spawn(move || compose(&courier, composer, &told))
            .map_err(MqttError::System)?;
        let sender = thread::Builder::new()
            .name("procmon-mqtt".to_owned())
            .spawn(move || send(runtime, sending, signals, received))
            .map_err(MqttError::System)?;
        Ok(Handle { threads: [writer, sender] })
    }
}

impl Handle {
    /// Waits until all is delivered or given up: at most for the time of the flush after the session's end.
    pub fn wait(self) {
        for thread in self.threads {
            // A thread that panicked has said so itself; there is nothing left to wait for.
            let _ = thread.join();
        }
    }
}

fn sending(
    options: &MqttOptions,
    topics: &Topics,
    agent: &str,
    tally: Tally,
) -> Result<Sending, MqttError> {
    let broker = Broker::parse(&options.url)?;
    let tls = tls(&broker, options)?;
    let place = Place {
        broker: broker.to_string(),
        status: topics.status(),
        buffer: options.buffer,
        in_flight: usize::from(IN_FLIGHT),
    };
    let connecting = Connecting {
        broker,
        password: options.password.as_ref().map(PasswordFrom::read).transpose()?,
        tls,
        client_id: format!("procmon-{}-{}", part("agent", agent)?, random_word()?),
        will: status(&place.status, "offline"),
        in_flight: IN_FLIGHT,
    };
    Ok(Sending { connecting, place, tally, flush: options.flush })
}

/// The thread that makes messages of records.
fn compose(courier: &Courier, mut composer: Composer, signals: &Signals) {
    loop {
        match courier.next(Instant::now() + IDLE) {
            Parcel::Record(record) => {
                for message in composer.messages(&record) {
                    if signals.send(Signal::Message(message)).is_err() {
                        courier.tally().dropped(1);
                    }
                }
            }
            Parcel::Nothing => {}
            Parcel::Over => break,
        }
    }
    // Where the other thread has ended before, there is nobody to tell.
    let _ = signals.send(Signal::Over);
}

/// The thread that sends.
fn send(
    runtime: Runtime,
    sending: Sending,
    signals: Signals,
    mut received: UnboundedReceiver<Signal>,
) {
    runtime.block_on(async {
        let Sending { connecting, place, tally, flush } = sending;
        let line = Line::open(connecting, signals);
        let mut sender = Sender::new(line, place, tally);
        let mut deadline = None;
        while let Some(signal) = next(&mut received, deadline).await {
            if signal == Signal::Over {
                deadline = Some(tokio::time::Instant::now() + flush);
            }
            if sender.take(signal) == Next::Done {
                return;
            }
        }
        sender.give_up();
    });
    // A look-up of the broker's name may hang for longer than the session's end may take: nobody waits for it.
    runtime.shutdown_background();
}

/// The next signal; `None` once the deadline has passed.
async fn next(
    received: &mut UnboundedReceiver<Signal>,
    deadline: Option<tokio::time::Instant>,
) -> Option<Signal> {
    match deadline {
        None => received.recv().await,
        Some(deadline) => timeout_at(deadline, received.recv()).await.ok().flatten(),
    }
}

/// A random number of 64 bits in hexadecimal digits.
fn random_word() -> Result<String, MqttError> {
    let random = getrandom::u64().map_err(|error| io::Error::other(error.to_string()));
    random.map(|random| format!("{random:016x}")).map_err(MqttError::System)
}
