//! Floor 11. Certificates, made by openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A certificate and its key.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) file: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// One for this machine that vouches for itself.
    pub(crate) fn own(folder: &Path, name: &str) -> Self {
        Self::make(folder, name, &["-addext", "subjectAltName=IP:127.0.0.1"])
    }

    /// An authority.
    pub(crate) fn authority(folder: &Path, name: &str) -> Self {
        Self::make(folder, name, &[])
    }

    /// One for a client that an authority vouches for.
    pub(crate) fn client(folder: &Path, name: &str, authority: &Self) -> Self {
        let (file, key) = (authority.file(), authority.key());
        let plain = "basicConstraints=critical,CA:FALSE";
        let usage = "extendedKeyUsage=clientAuth";
        Self::make(folder, name, &["-CA", file, "-CAkey", key, "-addext", plain, "-addext", usage])
    }

    /// The certificate's path as an argument.
    pub(crate) fn file(&self) -> &str {
        self.file.to_str().unwrap()
    }

    /// The key's path as an argument.
    pub(crate) fn key(&self) -> &str {
        self.key.to_str().unwrap()
    }

    fn make(folder: &Path, name: &str, more: &[&str]) -> Self {
        let file = folder.join(format!("{name}.pem"));
        let key = folder.join(format!("{name}.key"));
        let mut command = Command::new("openssl");
        command.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1".split(' '));
        command.args("-nodes -days 2".split(' ')).args(["-subj", &format!("/CN={name}")]);
        command.arg("-keyout").arg(&key).arg("-out").arg(&file).args(more);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { file, key }
    }
}
