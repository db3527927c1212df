//! Floor 10. A queue from which nobody takes.

use super::given::call;
use crate::call_log::pending::Collections;
use crate::call_log::queue::{Item, MOST_BYTES, Queue, Rest};

fn collections(queue: &Queue) -> Vec<Collections> {
    let mut items = Vec::new();
    queue.next(Rest::None, &mut items);
    let of = |item| if let Item::Collections(told) = item { Some(told) } else { None };
    items.into_iter().filter_map(of).collect()
}

#[test]
fn collections_that_there_is_no_room_for_are_unknown_and_take_none() {
    let queue = Queue::default();
    queue.collected(&vec![(1, 2); MOST_BYTES / 16], 5);
    (6..1000).for_each(|up_to| queue.collected(&[(up_to, up_to)], up_to));
    let told = collections(&queue);
    assert_eq!((told.len(), told[0].up_to), (2, 5));
    assert_eq!(told[1], Collections { pairs: None, up_to: 999 });
}

#[test]
fn word_that_there_were_no_collections_takes_room_too() {
    let queue = Queue::default();
    (0..1_000_000).for_each(|up_to| queue.collected(&[], up_to));
    let told = collections(&queue);
    assert!(told.len() < MOST_BYTES / size_of::<Collections>() + 3, "{}", told.len());
    assert_eq!(told.last().unwrap().up_to, 999_999);
}

#[test]
fn nothing_is_kept_for_a_writer_that_has_gone_and_why_is_not_said_twice() {
    let queue = Queue::default();
    queue.leave();
    queue.collected(&[(1, 2)], 5);
    queue.push(call("late"));
    assert_eq!(collections(&queue), []);
    assert_eq!((queue.stats().dropped, queue.troubles.take()), (1, Vec::new()));
}
