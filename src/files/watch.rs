//! Time for one file. A parser of somebody else cannot be asked to stop, so files are read on threads that are waited for only
//! so long; what is ours looks at [`tick`] and ends by itself.

use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use super::guard;

/// Why work gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Late {
    /// It was not done in time.
    Time,
    /// It broke off with this message.
    Broken(String),
}

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// Says to the work of this thread that nobody waits for it any more.
    static GIVEN_UP: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
    /// The thread that reads for this one; a new one for every file would cost as much as a small file.
    static HELPER: Cell<Option<Sender<Job>>> = const { Cell::new(None) };
}

/// Enough for the deepest nesting that limits can be raised to.
pub(super) const STACK: usize = 16 << 20;

/// What is thrown where [`tick`] ends work that nobody waits for.
struct GivenUp;

/// Ends the work of this thread where nobody waits for it any more. For loops over cells and lines.
pub fn tick() {
    let given_up = GIVEN_UP.with_borrow(|flag| {
        (flag.as_ref()).is_some_and(|given_up| given_up.load(Ordering::Relaxed))
    });
    if given_up {
        resume_unwind(Box::new(GivenUp));
    }
}

/// Does work on another thread and waits for it so many seconds. Work that takes longer is left to itself: it ends at its
/// next [`tick`], or with the program.
///
/// # Errors
/// It was not done in time, or it panicked.
pub fn within<T: Send + 'static>(
    seconds: u64,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Late> {
    let given_up = Arc::new(AtomicBool::new(false));
    let (answer, answered) = sync_channel(1);
    let flag = given_up.clone();
    let job: Job = Box::new(move || {
        let outcome = watched(flag, work);
        // Nobody may be waiting any more.
        let _ = answer.send(outcome);
    });
    let helper = hand_over(job);
    match answered.recv_timeout(Duration::from_secs(seconds)) {
        Ok(outcome) => {
            HELPER.set(helper);
            outcome.map_err(Late::Broken)
        }
        Err(_) => {
            given_up.store(true, Ordering::Relaxed);
            Err(Late::Time)
        }
    }
}

/// Does work that ends at its next [`tick`] once the flag is up; a panic becomes its message.
pub(super) fn watched<T>(flag: Arc<AtomicBool>, work: impl FnOnce() -> T) -> Result<T, String> {
    GIVEN_UP.set(Some(flag));
    let outcome = guard::quietly(work);
    GIVEN_UP.set(None);
    outcome
}

/// Gives the job to this thread's helper; where no thread can be had, it is done here, without a limit.
fn hand_over(job: Job) -> Option<Sender<Job>> {
    let job = match HELPER.take() {
        Some(helper) => match helper.send(job) {
            Ok(()) => return Some(helper),
            Err(returned) => returned.0,
        },
        None => job,
    };
    let (helper, jobs) = channel::<Job>();
    let started = thread::Builder::new().stack_size(STACK).spawn(move || {
        for job in jobs {
            job();
        }
    });
    if started.is_err() {
        job();
        return None;
    }
    match helper.send(job) {
        Ok(()) => Some(helper),
        Err(returned) => {
            (returned.0)();
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_time_gives_its_answer_and_a_panic_its_message() {
        assert_eq!(within(60, || 3), Ok(3));
        let broken: Result<(), Late> = within(60, || panic!("out of range"));
        assert_eq!(broken, Err(Late::Broken("out of range".to_owned())));
        assert_eq!(within(60, || 4), Ok(4));
    }

    #[test]
    fn work_that_takes_too_long_is_left_and_ends_by_itself() {
        let ended = Arc::new(AtomicBool::new(false));
        struct Says(Arc<AtomicBool>);
        impl Drop for Says {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let says = Says(ended.clone());
        let late: Result<(), Late> = within(1, move || {
            let _says = says;
            loop {
                tick();
                thread::yield_now();
            }
        });
        assert_eq!(late, Err(Late::Time));
        for _ in 0..200 {
            if ended.load(Ordering::Relaxed) {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        assert!(ended.load(Ordering::Relaxed));
        assert_eq!(within(60, || 5), Ok(5));
    }
}
