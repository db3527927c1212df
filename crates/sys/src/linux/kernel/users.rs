//! Floor 7. Users by their number.

use std::ffi::CStr;
use std::mem;
use std::ptr;

/// Room for the texts of one entry; longer ones are left without a name.
const TEXTS_BYTES: usize = 16 * 1024;

/// The name of a user, by whatever the system looks names up in (`getpwuid_r(3)`); `None` where it has none.
pub(crate) fn user_name(uid: u32) -> Option<String> {
    // SAFETY: a passwd is numbers and pointers, so that all zeroes are one.
    let mut entry: libc::passwd = unsafe { mem::zeroed() };
    let mut texts = vec![0; TEXTS_BYTES];
    let mut found = ptr::null_mut();
    // SAFETY: all pointers are valid for writing through the call, the texts for as many bytes as it is told.
    let error = unsafe {
        libc::getpwuid_r(uid, &raw mut entry, texts.as_mut_ptr(), texts.len(), &raw mut found)
    };
    if error != 0 || found.is_null() || entry.pw_name.is_null() {
        return None;
    }
    // SAFETY: the call has found an entry, whose name is a string that ends with 0 and lies in `texts`.
    let name = unsafe { CStr::from_ptr(entry.pw_name) };
    Some(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_user_is_root_and_most_numbers_are_nobodys() {
        assert_eq!(user_name(0).as_deref(), Some("root"));
        assert_eq!(user_name(4_000_000_000), None);
    }
}
