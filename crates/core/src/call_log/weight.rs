//! Floor 10. What a call takes in memory, about.

use procmon_model::call::CallError;

use super::order::TimedCall;

/// So many bytes, what an allocator adds left out.
pub(super) fn bytes(timed: &TimedCall) -> usize {
    let call = &timed.call;
    let maybe = |words: &Option<String>| words.as_ref().map_or(0, String::len);
    let words = call.id.len() + call.name.len() + maybe(&call.parent) + maybe(&call.arguments);
    size_of::<TimedCall>() + words + call.error.as_ref().map_or(0, of_error)
}

fn of_error(error: &CallError) -> usize {
    let optional = [&error.code, &error.stack].into_iter().flatten().map(String::len);
    let within = error.cause.as_deref().into_iter().chain(&error.errors).map(of_error);
    let words = error.class.len() + error.message.len() + optional.sum::<usize>();
    size_of::<CallError>() + words + within.sum::<usize>()
}
