//! Floor 11. The connection to a broker: the one file that knows the library which speaks MQTT.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, DisconnectProperties, DisconnectReasonCode,
    Event, EventLoop, LastWill, MqttOptions, Packet, PublishNotice, PublishNoticeError,
    PublishOptions, PublishProperties, QoS, StateError, TlsConfiguration, TlsError, Transport,
    default_socket_connect, mqttbytes,
};
use rustls::ClientConfig;
use tokio::sync::Notify;

use super::backoff::Backoff;
use super::broker::Broker;
use super::message::Message;
use super::signal::{Client, Fate, Prospect, Signal, Signals, Trouble};

const KEEP_ALIVE_SECONDS: u16 = 30;
const SESSION_EXPIRY_SECONDS: u32 = 300;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Who we are for a broker, and the way to it.
pub(super) struct Connecting {
    /// Where it is.
    pub(super) broker: Broker,
    /// The password, if there is one.
    pub(super) password: Option<String>,
    /// How its certificate is judged and ours shown; `None` without TLS.
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// A name that no other client of the broker has.
    pub(super) client_id: String,
    /// What the broker publishes when we are gone without a good-bye.
    pub(super) will: Message,
    /// How many messages may be unconfirmed at a time.
    pub(super) in_flight: u16,
}

/// The connection.
pub(super) struct Line {
    client: AsyncClient,
    signals: Signals,
    urgency: Arc<Urgency>,
}

/// Whether there is time to wait between two tries.
#[derive(Default)]
struct Urgency {
    hurried: AtomicBool,
    called: Notify,
}

impl Line {
    /// Begins to connect, on the runtime that this is called in, and goes on for as long as that lives.
    pub(super) fn open(connecting: Connecting, signals: Signals) -> Self {
        let broker = connecting.broker.to_string();
        // Two more than may be unconfirmed, for the messages about ourselves.
        let capacity = usize::from(connecting.in_flight) + 2;
        let (client, events) = AsyncClient::builder(options(connecting)).capacity(capacity).build();
        let urgency = Arc::new(Urgency::default());
        tokio::spawn(stay_connected(events, broker, signals.clone(), Arc::clone(&urgency)));
        Self { client, signals, urgency }
    }
}

impl Client for Line {
    fn publish(&self, number: u64, message: &Message) -> bool {
        let properties = PublishProperties {
            message_expiry_interval: message.expiry,
            ..PublishProperties::default()
        };
        let mut options = PublishOptions::new(QoS::AtLeastOnce).retain(message.retained);
        if message.expiry.is_some() {
            options = options.properties(properties);
        }
        let handed = self.client.try_publish_tracked(
            message.topic.clone(),
            message.payload.clone(),
            options,
        );
        let Ok(notice) = handed else { return false };
        tokio::spawn(settled(notice, number, self.signals.clone()));
        true
    }

    fn hurry(&self) {
        self.urgency.hurried.store(true, Ordering::Relaxed);
        self.urgency.called.notify_one();
    }

    fn leave(&self) {
        let forget_us = DisconnectProperties {
            session_expiry_interval: Some(0),
            reason_string: None,
            user_properties: Vec::new(),
            server_reference: None,
        };
        let reason = DisconnectReasonCode::NormalDisconnection;
        if self.client.try_disconnect_with_properties(reason, forget_us).is_err() {
            // Nobody reads signals any more when this fails, so that there is nobody to tell.
            let _ = self.signals.send(Signal::Left);
        }
    }
}

fn options(connecting: Connecting) -> MqttOptions {
    let Connecting { broker, password, tls, client_id, will, in_flight } = connecting;
    let mut options = MqttOptions::new(client_id, (broker.host, broker.port));
    match (broker.user, password) {
        (Some(user), Some(password)) => {
            options.set_credentials(user, password);
        }
        (Some(user), None) => {
            options.set_username(user);
        }
        (None, Some(password)) => {
            options.set_password(password);
        }
        (None, None) => {}
    }
    if let Some(tls) = tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls)));
    }
    options
        .set_last_will(LastWill::new(
            will.topic,
            will.payload,
            QoS::AtLeastOnce,
            will.retained,
            None,
        ))
        .set_keep_alive(KEEP_ALIVE_SECONDS)
        .set_clean_start(true)
        .set_session_expiry_interval(Some(SESSION_EXPIRY_SECONDS))
        .set_outgoing_inflight_upper_limit(in_flight)
        .set_connect_timeout(CONNECT_TIMEOUT)
        .set_socket_connector(|place, mut network| async move {
            network.set_tcp_nodelay(true);
            default_socket_connect(with_brackets(place), network).await
        });
    options
}

/// A number of IPv6 stands in brackets where a port follows it; the library puts none.
fn with_brackets(place: String) -> String {
    match place.rsplit_once(':') {
        Some((host, port)) if host.contains(':') => format!("[{host}]:{port}"),
        _ => place,
    }
}

/// Keeps the connection alive and tells what happens on it.
async fn stay_connected(
    mut events: EventLoop,
    broker: String,
    signals: Signals,
    urgency: Arc<Urgency>,
) {
    let mut backoff = Backoff::new();
    loop {
        let signal = match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(answer))) => {
                // From now on the broker keeps what it has of us for when we come back. It must not before: what an
                // earlier client of this name has left there is none of ours.
                events.options.set_clean_start(false);
                backoff.reset();
                let largest = answer.properties.and_then(|properties| properties.max_packet_size);
                Signal::Connected { largest }
            }
            Ok(_) => continue,
            Err(ConnectionError::RequestsDone) => Signal::Left,
            Err(error) => Signal::Lost(trouble(&broker, &error)),
        };
        let (lost, left) = (matches!(signal, Signal::Lost(_)), signal == Signal::Left);
        if signals.send(signal).is_err() || left {
            return;
        }
        if lost {
            pause(&mut backoff, &urgency).await;
        }
    }
}

async fn pause(backoff: &mut Backoff, urgency: &Urgency) {
    if urgency.hurried.load(Ordering::Relaxed) {
        backoff.hurry();
    }
    let wait = backoff.wait(getrandom::u32().unwrap_or(u32::MAX));
    // Either the time has passed or there is none to lose; both end the pause.
    let _ = tokio::time::timeout(wait, urgency.called.notified()).await;
}

/// Waits for what becomes of a message and tells it.
async fn settled(notice: PublishNotice, number: u64, signals: Signals) {
    let fate = match notice.wait_completion_async().await {
        Ok(()) => Fate::Accepted,
        Err(PublishNoticeError::V5PubAck(reason)) => Fate::Refused(format!("{reason:?}")),
        Err(
            PublishNoticeError::Recv
            | PublishNoticeError::SessionReset
            | PublishNoticeError::BrokerOnlySessionResume,
        ) => Fate::Forgotten,
        Err(error) => Fate::Refused(error.to_string()),
    };
    // Once nobody reads signals any more, all that is left was counted as dropped.
    let _ = signals.send(Signal::Settled { number, fate });
}

/// Why there is no connection, for a person.
fn trouble(broker: &str, error: &ConnectionError) -> Trouble {
    match error {
        ConnectionError::ConnectionRefused(code)
        | ConnectionError::MqttState(StateError::ConnFail { reason: code }) => {
            refusal(broker, *code)
        }
        ConnectionError::Timeout(_) => passing(format!("{broker} did not answer in time")),
        ConnectionError::Io(error) => unreached(broker, error),
        ConnectionError::Tls(error) => untrusted(broker, error),
        ConnectionError::MqttState(
            StateError::Io(error) | StateError::Deserialization(mqttbytes::Error::Io(error)),
        ) => broken(broker, error),
        ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. }) => {
            passing(format!("{broker} has sent us away ({reason_code:?})"))
        }
        error => passing(format!("the connection to {broker} was lost: {error}")),
    }
}

fn unreached(broker: &str, error: &io::Error) -> Trouble {
    let prospect = match error.kind() {
        io::ErrorKind::ConnectionRefused => Prospect::NobodyThere,
        _ => Prospect::Open,
    };
    Trouble { sentence: format!("{broker} cannot be reached: {error}"), prospect }
}

fn passing(sentence: String) -> Trouble {
    Trouble { sentence, prospect: Prospect::Open }
}

fn refusal(broker: &str, code: ConnectReturnCode) -> Trouble {
    use ConnectReturnCode::{BadUserNamePassword, Banned, NotAuthorized};
    match code {
        BadUserNamePassword | NotAuthorized | Banned => Trouble {
            sentence: format!("{broker} refused the user or the password ({code:?})"),
            prospect: Prospect::None,
        },
        code => passing(format!("{broker} refused the connection ({code:?})")),
    }
}

fn untrusted(broker: &str, error: &TlsError) -> Trouble {
    match error {
        TlsError::Io(error) => broken(broker, error),
        error => passing(format!("no TLS with {broker}: {error}")),
    }
}

/// The connection broke; where TLS says why, the same will happen again.
fn broken(broker: &str, error: &io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => Trouble {
            sentence: format!("the certificate of {broker} is not trusted: {why}"),
            prospect: Prospect::None,
        },
        Some(rustls::Error::AlertReceived(alert)) => Trouble {
            sentence: format!("{broker} does not trust us ({alert:?})"),
            prospect: Prospect::None,
        },
        _ => passing(format!("the connection to {broker} broke: {error}")),
    }
}
