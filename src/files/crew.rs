//! Many files at once, each with its own time. Threads take one file after the other and say which; whoever waits for them
//! looks up now and then, gives up on a thread that is late, and puts another in its place. No file costs a change of threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::watch::{self, Late};

/// How often in a second those who wait look up.
const LOOKS: u32 = 10;

/// Work on many items.
pub trait Work: Send + Sync + 'static {
    /// What is fetched for an item.
    type Fetched: Send + 'static;
    /// What comes of it.
    type Done: Send + 'static;

    /// Fetches what the work needs. It may take as long as it does: somebody else may have to be waited for.
    fn fetch(&self, item: usize) -> Self::Fetched;

    /// Does the work, which has its time.
    fn work(&self, item: usize, fetched: Self::Fetched) -> Self::Done;
}

/// What one thread is at: the item, and where to tell it that nobody waits any more.
type Desk = Mutex<Option<(usize, Arc<AtomicBool>)>>;

/// A thread as seen from outside: its desk, the item it was last seen at, and for how many looks.
struct Hand {
    desk: Arc<Desk>,
    item: Option<usize>,
    looks: u64,
}

struct Crew<W: Work> {
    work: W,
    count: usize,
    next: AtomicUsize,
    answers: Mutex<Answers<W::Done>>,
    whole: Condvar,
}

struct Answers<T> {
    all: Vec<Option<Result<T, Late>>>,
    /// Items without an answer, and answers nobody has been told of.
    left: usize,
    news: usize,
}

/// Does the work for items 0 to `count` on so many threads, each item for so many seconds at most. `done` is called once for
/// each, here. The answers are in the order of the items.
pub fn each<W: Work>(
    work: W,
    count: usize,
    threads: usize,
    seconds: u64,
    done: &dyn Fn(),
) -> Vec<Result<W::Done, Late>> {
    let crew = Arc::new(Crew {
        work,
        count,
        next: AtomicUsize::new(0),
        answers: Mutex::new(Answers {
            all: (0..count).map(|_| None).collect(),
            left: count,
            news: 0,
        }),
        whole: Condvar::new(),
    });
    let threads = threads.clamp(1, count.max(1));
    let mut hands: Vec<Hand> = (0..threads).filter_map(|_| crew.hire()).collect();
    loop {
        if hands.is_empty() {
            // No thread is to be had: then here, and without a limit.
            crew.take_turns(&Desk::default());
        }
        let (left, news) = crew.wait();
        (0..news).for_each(|_| done());
        if left == 0 {
            break;
        }
        for at in (0..hands.len()).rev() {
            if crew.gives_up(&mut hands[at], seconds) {
                hands.swap_remove(at);
                hands.extend(crew.hire());
            }
        }
    }
    let answers = std::mem::take(&mut held(&crew.answers).all);
    (answers.into_iter())
        .map(|answer| answer.unwrap_or(Err(Late::Time)))
        .collect()
}

/// A lock that is never held while anything can break.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<W: Work> Crew<W> {
    /// Another thread; none where there is none to be had.
    fn hire(self: &Arc<Self>) -> Option<Hand> {
        let desk = Arc::new(Desk::default());
        let (crew, own) = (self.clone(), desk.clone());
        let started = thread::Builder::new()
            .stack_size(watch::STACK)
            .spawn(move || crew.take_turns(&own));
        started.is_ok().then_some(Hand {
            desk,
            item: None,
            looks: 0,
        })
    }

    /// Does one item after the other, until there are no more or nobody waits for this thread.
    fn take_turns(&self, desk: &Desk) {
        loop {
            let item = self.next.fetch_add(1, Ordering::Relaxed);
            if item >= self.count {
                return;
            }
            let fetched = self.work.fetch(item);
            let flag = Arc::new(AtomicBool::new(false));
            *held(desk) = Some((item, flag.clone()));
            let outcome = watch::watched(flag, || self.work.work(item, fetched));
            if held(desk).take().is_none() {
                return;
            }
            self.answer(item, outcome.map_err(Late::Broken));
        }
    }

    fn answer(&self, item: usize, answer: Result<W::Done, Late>) {
        let mut answers = held(&self.answers);
        answers.all[item] = Some(answer);
        answers.left -= 1;
        answers.news += 1;
        if answers.left == 0 {
            self.whole.notify_all();
        }
    }

    /// Waits for the last answer until it is time to look up. How many are missing, and how many are new.
    fn wait(&self) -> (usize, usize) {
        let (answers, look) = (held(&self.answers), Duration::from_secs(1) / LOOKS);
        let woken = (self.whole).wait_timeout_while(answers, look, |answers| answers.left > 0);
        let mut answers = woken.unwrap_or_else(PoisonError::into_inner).0;
        (answers.left, std::mem::take(&mut answers.news))
    }

    /// Gives up on a thread that is late. It ends by itself, or with the program.
    fn gives_up(&self, hand: &mut Hand, seconds: u64) -> bool {
        let mut desk = held(&hand.desk);
        let item = desk.as_ref().map(|(item, _)| *item);
        if item != hand.item {
            (hand.item, hand.looks) = (item, 0);
            return false;
        }
        hand.looks += 1;
        let late = hand.looks >= seconds.saturating_mul(u64::from(LOOKS));
        let Some((item, flag)) = desk.take_if(|_| late) else {
            return false;
        };
        flag.store(true, Ordering::Relaxed);
        self.answer(item, Err(Late::Time));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tick;

    struct Odd;

    impl Work for Odd {
        type Fetched = usize;
        type Done = usize;

        fn fetch(&self, item: usize) -> usize {
            item * 10
        }

        fn work(&self, item: usize, fetched: usize) -> usize {
            match item {
                // One asks whether anybody waits, the other never does.
                3 => loop {
                    tick();
                    thread::yield_now();
                },
                4 => thread::sleep(Duration::from_secs(600)),
                7 => panic!("out of range"),
                _ => {}
            }
            fetched
        }
    }

    #[test]
    fn threads_that_hang_or_break_cost_their_own_item() {
        for threads in [1, 2, 5] {
            let told = AtomicUsize::new(0);
            let answers = each(Odd, 50, threads, 1, &|| {
                told.fetch_add(1, Ordering::Relaxed);
            });
            for (item, answer) in answers.into_iter().enumerate() {
                let wanted = match item {
                    3 | 4 => Err(Late::Time),
                    7 => Err(Late::Broken("out of range".to_owned())),
                    _ => Ok(item * 10),
                };
                assert_eq!(answer, wanted, "{item}");
            }
            assert_eq!(told.into_inner(), 50);
        }
        assert!(each(Odd, 0, 2, 1, &|| {}).is_empty());
    }
}
