//! Floor 11. The names of topics: `procmon/v1/<namespace>/<agent>/...`.

use super::error::MqttError;

/// The beginning of all our topics, of words that are fit for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topics {
    agent: String,
}

impl Topics {
    /// Topics below this namespace and agent.
    pub(super) fn new(namespace: &str, agent: &str) -> Result<Self, MqttError> {
        let namespace = part("namespace", namespace)?;
        let agent = part("agent", agent)?;
        Ok(Self { agent: format!("procmon/v1/{namespace}/{agent}") })
    }

    /// Whether the agent is there.
    pub(super) fn status(&self) -> String {
        format!("{}/status", self.agent)
    }

    /// What a run tells of this kind.
    pub(super) fn run(&self, run: &str, kind: &str) -> String {
        format!("{}/run/{run}/{kind}", self.agent)
    }
}

/// A word that is fit for being one part of a topic (MQTT 5, 4.7), or the error that says which is not.
pub(super) fn part<'a>(name: &'static str, text: &'a str) -> Result<&'a str, MqttError> {
    if text.is_empty() || text.contains(['/', '+', '#', '\0']) {
        return Err(MqttError::TopicPart { part: name, text: text.to_owned() });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_stand_below_the_namespace_and_the_agent() {
        let topics = Topics::new("ci", "build-7").unwrap();
        assert_eq!(topics.status(), "procmon/v1/ci/build-7/status");
        assert_eq!(topics.run("ab", "sample"), "procmon/v1/ci/build-7/run/ab/sample");
    }

    #[test]
    fn words_that_would_change_the_shape_of_a_topic_are_refused_by_name() {
        for text in ["", "a/b", "a+b", "#", "a\0b"] {
            let message = Topics::new("ci", text).unwrap_err().to_string();
            let told = format!(
                "make a topic of the agent {text:?}: a part of a topic is not empty and has none of / + # and NUL"
            );
            assert_eq!(message, told);
        }
        assert!(Topics::new("a/b", "x").unwrap_err().to_string().contains("the namespace \"a/b\""));
    }
}
