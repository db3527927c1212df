//! Floor 12. Children that work for a moment at a word, so that any number of processes can be active between two
//! samples on any number of processors.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::raw;

/// The word of the command line that makes this program a burner.
pub(crate) const MODE: &str = "burner";

/// How long a burner works at a word.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// Ten microseconds: nearly nothing, so that whoever reads next finds the caches as it left them.
    Brief,
    /// A millisecond, which leaves nothing in the caches.
    Long,
}

/// Burners that wait for a word. They end with this process, and when it lets go of them.
pub(crate) struct Burners(Vec<Burner>);

struct Burner {
    child: Child,
    word: Option<ChildStdin>,
    answer: ChildStdout,
}

impl Burners {
    /// Starts so many.
    pub(crate) fn start(count: usize) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        (0..count)
            .map(|_| {
                let mut child = Command::new(&program)
                    .arg(MODE)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()?;
                let (word, answer) = (child.stdin.take(), child.stdout.take());
                let answer = answer.ok_or(io::ErrorKind::BrokenPipe)?;
                Ok(Burner { child, word, answer })
            })
            .collect::<io::Result<Vec<_>>>()
            .map(Self)
    }

    /// Their numbers.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.0.iter().map(|burner| burner.child.id()).collect()
    }

    /// Lets each work in turn and returns when all wait again.
    pub(crate) fn work(&mut self, work: Work) -> io::Result<()> {
        for burner in &mut self.0 {
            if let Some(word) = &mut burner.word {
                word.write_all(&[work.word()])?;
            }
            burner.answer.read_exact(&mut [0])?;
        }
        Ok(())
    }
}

impl Work {
    /// The word that asks for it: how many times ten microseconds.
    fn word(self) -> u8 {
        match self {
            Self::Brief => 1,
            Self::Long => 100,
        }
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        self.word = None;
        // One that cannot be waited for has gone already.
        let _ = self.child.wait();
    }
}

/// What a burner does: works at each word and answers, until nobody can speak to it any more.
pub(crate) fn run() -> io::Result<()> {
    raw::die_with_parent();
    let (mut words, mut answers) = (io::stdin().lock(), io::stdout().lock());
    let mut word = [0];
    while words.read(&mut word)? == 1 {
        let (begun, amount) = (raw::thread_cpu(), Duration::from_micros(10) * u32::from(word[0]));
        while raw::thread_cpu().saturating_sub(begun) < amount {}
        answers.write_all(&word)?;
        answers.flush()?;
    }
    Ok(())
}
