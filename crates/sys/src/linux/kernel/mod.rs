//! Floor 7. The kernel calls of the watching and the launching half, each behind a safe function.

pub(crate) mod action;
pub(crate) mod bell;
pub(crate) mod disposition;
pub(crate) mod epoll;
pub(crate) mod limits;
pub(crate) mod local;
pub(crate) mod netlink;
pub(crate) mod nudge;
pub(crate) mod pidfd;
pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod ptrace;
pub(crate) mod signalfd;
pub(crate) mod signals;
pub(crate) mod time;
pub(crate) mod users;
