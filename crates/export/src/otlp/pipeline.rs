//! Floor 11. The pipeline of continuous integration that a run belongs to, by the names of the semantic conventions.

/// A run of a pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// The pipeline's name (`cicd.pipeline.name`).
    pub name: String,
    /// Which of its runs this is (`cicd.pipeline.run.id`).
    pub run_id: Option<String>,
    /// Where that run can be looked at (`cicd.pipeline.run.url.full`).
    pub url: Option<String>,
}

impl Pipeline {
    /// As GitHub Actions and GitLab tell it to the commands that they run; `None` elsewhere.
    pub fn from_variables(lookup: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        if let (Some(name), Some(id)) = (lookup("GITHUB_WORKFLOW"), lookup("GITHUB_RUN_ID")) {
            let place = lookup("GITHUB_SERVER_URL").zip(lookup("GITHUB_REPOSITORY"));
            let url =
                place.map(|(server, project)| format!("{server}/{project}/actions/runs/{id}"));
            return Some(Self { name, run_id: Some(id), url });
        }
        let id = lookup("CI_PIPELINE_ID")?;
        let name = lookup("CI_PIPELINE_NAME").or_else(|| lookup("CI_PROJECT_PATH"))?;
        Some(Self { name, run_id: Some(id), url: lookup("CI_PIPELINE_URL") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> Option<Pipeline> {
        Pipeline::from_variables(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_pipeline_is_told_by_the_service_that_runs_it() {
        let github = found(&[
            ("GITHUB_WORKFLOW", "test"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "a/b"),
        ]);
        let url = Some("https://github.com/a/b/actions/runs/42".to_owned());
        assert_eq!(
            github,
            Some(Pipeline { name: "test".to_owned(), run_id: Some("42".to_owned()), url })
        );
        let gitlab = found(&[("CI_PIPELINE_ID", "7"), ("CI_PROJECT_PATH", "a/b")]);
        let expected = Pipeline { name: "a/b".to_owned(), run_id: Some("7".to_owned()), url: None };
        assert_eq!(gitlab, Some(expected));
        assert_eq!(found(&[("CI", "true")]), None);
    }
}
