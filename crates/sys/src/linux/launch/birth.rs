//! Floor 7. The birth of a process that shares our memory until it runs its program, as `posix_spawn(3)` does it.
//!
//! A fork would copy the tables of all our memory, which costs a Node of 300 MB as much as a short command does.
//! The child here runs on a stack of its own in our memory, and the thread that gave birth to it sleeps in the kernel
//! until the program is started, so that the child may use that thread's place of errno. That is why the child waits at
//! the gate, and not before its birth: whoever opens the gate does so on another thread.
//!
//! Everything on the child's side of [`child`] is bare calls of the kernel on memory that was made ready before:
//! nothing there may allocate, take a lock or panic.

use std::ffi::{CStr, CString, c_char};
use std::io;
use std::os::fd::RawFd;
use std::ptr;
use std::sync::Arc;

use crate::linux::kernel::action::Action;
use crate::linux::kernel::limits::DescriptorLimit;
use crate::linux::kernel::signals::{self, SIGNALS_END};
use crate::linux::launch::gate::{Gate, Step};
use crate::linux::launch::recipe::Recipe;

/// The child's stack: many times of what its few calls need.
const STACK: usize = 128 * 1024;

/// The shell that runs a script without a first line that says what does.
const SHELL: &CStr = c"/bin/sh";

/// What a child needs to become a program.
pub(super) struct Birth {
    pub(super) recipe: Arc<Recipe>,
    pub(super) gate: Arc<Gate>,
    /// The signals that the program begins with held back.
    pub(super) signals: libc::sigset_t,
    /// The limit of descriptors before we raised ours.
    pub(super) descriptors: Option<DescriptorLimit>,
    /// Whether its standard streams are to wait for their other ends, however we use them ourselves.
    pub(super) waits: bool,
}

/// Everything that the child uses, behind one pointer.
struct Ready<'a> {
    gate: &'a Gate,
    parent: libc::pid_t,
    cwd: *const c_char,
    streams: [RawFd; 3],
    candidates: Vec<*const c_char>,
    arguments: Vec<*const c_char>,
    /// The same behind two places: for the shell, and for the script that it runs.
    script: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    signals: libc::sigset_t,
    descriptors: Option<libc::rlimit>,
    waits: bool,
}

/// Gives birth, and returns when the child runs its program or has ended. The calling thread sleeps until then.
pub(super) fn bear(birth: &Birth) {
    let gate = &birth.gate;
    let Ok(stack) = Stack::new() else {
        gate.fail(Step::Birth, last_error());
        gate.give_up();
        return;
    };
    let mut ready = Ready::of(birth);
    // Our handlers must not run in the child, which looks to them as if it were us.
    let held = signals::hold_back_all();
    // SAFETY: the child runs on a stack that lives until it has another memory or none, because CLONE_VFORK keeps
    // this thread asleep for as long; so does `ready`, which this thread does not touch meanwhile.
    let pid = unsafe {
        libc::clone(
            child,
            stack.top(),
            libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD,
            (&raw mut ready).cast(),
        )
    };
    if pid < 0 {
        gate.fail(Step::Birth, last_error());
    } else {
        // One that was killed before its first instruction has not said it by itself.
        gate.introduce(pid.cast_unsigned());
    }
    drop(held);
    gate.give_up();
}

/// Has this process itself run the program, as it is: returns where it cannot, and why.
pub(super) fn take_over(birth: &Birth) -> io::Error {
    let mut ready = Ready::of(birth);
    reset_signals();
    become_program(&mut ready);
    io::Error::last_os_error()
}

impl<'a> Ready<'a> {
    fn of(birth: &'a Birth) -> Self {
        let Birth { recipe, gate, signals: mask, descriptors, waits } = birth;
        let arguments = pointers(&recipe.arguments);
        let words = arguments.iter().copied().skip(1);
        let script = [SHELL.as_ptr(), ptr::null()].into_iter().chain(words).collect();
        Self {
            gate,
            // SAFETY: the call takes nothing and cannot fail.
            parent: unsafe { libc::getpid() },
            cwd: recipe.cwd.as_ref().map_or(ptr::null(), |cwd| cwd.as_ptr()),
            streams: recipe.streams(),
            candidates: pointers(&recipe.candidates),
            script,
            arguments,
            environment: pointers(&recipe.environment),
            signals: *mask,
            descriptors: descriptors.map(|limit| limit.0),
            waits: *waits,
        }
    }
}

/// Pointers to the words, and the null one that ends them.
fn pointers(words: &[CString]) -> Vec<*const c_char> {
    words.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect()
}

/// The child, from its first instruction to its program's.
extern "C" fn child(ready: *mut libc::c_void) -> libc::c_int {
    // SAFETY: `bear` passes a pointer to a `Ready` that lives as long as this memory is ours, and sleeps.
    let ready = unsafe { &mut *ready.cast::<Ready<'_>>() };
    // SAFETY: these are calls of the kernel with numbers.
    unsafe {
        ready.gate.introduce(libc::getpid().cast_unsigned());
        // If we are killed while the child is held, nobody is left to open the gate.
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != ready.parent {
            libc::_exit(127);
        }
    }
    let failed = prepare(ready).unwrap_or_else(|| {
        ready.gate.pass();
        // SAFETY: the call takes numbers.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, 0) };
        become_program(ready);
        Step::Program
    });
    ready.gate.fail(failed, last_error());
    // SAFETY: the call ends this process, and nothing of ours is cleaned up, which is ours to do.
    unsafe { libc::_exit(127) }
}

/// Streams, working directory, limits and signals; the step that failed.
fn prepare(ready: &mut Ready<'_>) -> Option<Step> {
    if !take_streams(&mut ready.streams) {
        return Some(Step::Streams);
    }
    if ready.waits {
        (0..3).for_each(make_wait);
    }
    // SAFETY: the path is a string that lives on, and the limit is a valid one.
    unsafe {
        if !ready.cwd.is_null() && libc::chdir(ready.cwd) < 0 {
            return Some(Step::Directory);
        }
        if let Some(limit) = &ready.descriptors
            && libc::setrlimit(libc::RLIMIT_NOFILE, ptr::from_ref(limit)) < 0
        {
            return Some(Step::Streams);
        }
    }
    reset_signals();
    None
}

/// Makes each standard stream lead where the descriptor leads that stands for it.
fn take_streams(sources: &mut [RawFd; 3]) -> bool {
    // First out of the way with those that would be overwritten before they are taken.
    for (source, target) in sources.iter_mut().zip(0..) {
        if *source != target && (0..3).contains(source) {
            // SAFETY: the call takes numbers.
            *source = unsafe { libc::fcntl(*source, libc::F_DUPFD_CLOEXEC, 3) };
            if *source < 0 {
                return false;
            }
        }
    }
    sources.iter().zip(0..).all(|(source, target)| {
        // SAFETY: the calls take numbers.
        unsafe {
            if *source != target {
                return libc::dup2(*source, target) >= 0;
            }
            // dup2 onto itself would leave the mark that closes it, which Node puts on its own standard streams.
            // Where the stream is closed already, it is closed for the command as well.
            libc::fcntl(target, libc::F_SETFD, 0);
            true
        }
    })
}

/// Has a stream wait for its other end. Node does not let its own wait, which is a state that whoever holds the same
/// description shares (`O_NONBLOCK` of open(2)), and a program that does not expect it fails with EAGAIN.
fn make_wait(stream: RawFd) {
    // SAFETY: the calls take numbers. A stream that is closed stays closed.
    unsafe {
        let flags = libc::fcntl(stream, libc::F_GETFL);
        if flags >= 0 && flags & libc::O_NONBLOCK != 0 {
            libc::fcntl(stream, libc::F_SETFL, flags & !libc::O_NONBLOCK);
        }
    }
}

/// Lets every signal do what it does to a new program, but for those that whoever started us wanted ignored.
fn reset_signals() {
    for signal in 1..SIGNALS_END {
        // Rust ignores SIGPIPE by itself, and Node leaves both ignored for those that it becomes.
        let ours = matches!(signal, libc::SIGPIPE | libc::SIGXFSZ);
        if Action::at(signal).is_ok_and(|action| ours || !action.ignores()) {
            // It fails for signals whose action is the default one at all times.
            drop(Action::default_one().put(signal));
        }
    }
}

/// Runs the first candidate that can be run, as execvp(3) does; returns where there is none, with errno set.
fn become_program(ready: &mut Ready<'_>) {
    let mut forbidden = false;
    // SAFETY: the mask is a valid one. From here on a signal ends this process as it would end any.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const ready.signals, ptr::null_mut());
        set_last_error(libc::ENOENT);
    }
    for candidate in ready.candidates.iter().take_while(|candidate| !candidate.is_null()) {
        // SAFETY: all three are strings, or lists of strings that end with a null, and live on.
        unsafe {
            libc::execve(*candidate, ready.arguments.as_ptr(), ready.environment.as_ptr());
        }
        if last_error() == libc::ENOEXEC {
            if let Some(place) = ready.script.get_mut(1) {
                *place = *candidate;
            }
            // SAFETY: as above.
            unsafe {
                libc::execve(SHELL.as_ptr(), ready.script.as_ptr(), ready.environment.as_ptr());
            }
        }
        match last_error() {
            libc::EACCES => forbidden = true,
            libc::ENOENT | libc::ENOTDIR | libc::ESTALE | libc::ENODEV | libc::ETIMEDOUT => {}
            _ => return,
        }
    }
    if forbidden {
        // SAFETY: as below.
        unsafe { set_last_error(libc::EACCES) };
    }
}

fn last_error() -> i32 {
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// # Safety
///
/// Nobody else may use the calling thread's errno at the same time, which only [`child`] has to think of.
unsafe fn set_last_error(error: i32) {
    // SAFETY: the pointer is valid for as long as the thread lives.
    unsafe { *libc::__errno_location() = error };
}

/// Memory for a child's stack, with a page below it that nothing may touch.
struct Stack(*mut libc::c_void);

impl Stack {
    fn new() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;
        // SAFETY: new memory is asked for, wherever there is room.
        let memory = unsafe {
            libc::mmap(ptr::null_mut(), STACK, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let stack = Self(memory);
        // SAFETY: the first page of the memory is ours, and nobody uses it.
        if unsafe { libc::mprotect(memory, 4096, libc::PROT_NONE) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(stack)
    }

    /// Stacks grow down, from an address that is a multiple of sixteen, as every page's is.
    fn top(&self) -> *mut libc::c_void {
        // SAFETY: the end of the memory is a valid address to point to.
        unsafe { self.0.add(STACK) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the memory is ours and nobody runs on it any more.
        unsafe { libc::munmap(self.0, STACK) };
    }
}
