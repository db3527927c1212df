//! Floor 7. Fields of the kernel's structures, at their offsets and in the machine's byte order, and attributes of netlink(7).

/// The two bytes at an offset; `None` where the structure is too short to have them.
pub(crate) fn half(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The four bytes at an offset.
pub(crate) fn word(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The eight bytes at an offset.
pub(crate) fn long(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// The bytes of an attribute before its content.
pub(crate) const ATTRIBUTE_HEADER: usize = 4;

/// Messages and attributes begin at multiples of four.
pub(crate) const fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// The content of the first attribute of this kind.
pub(crate) fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    /// Two bits of the kind say how the content is to be understood.
    const KIND: u16 = 0x3fff;
    loop {
        let length = usize::from(half(bytes, 0)?);
        let kind = half(bytes, 2)? & KIND;
        let content = bytes.get(ATTRIBUTE_HEADER..length)?;
        if kind == wanted {
            return Some(content);
        }
        bytes = bytes.get(aligned(length)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_is_found_behind_others_and_without_its_flags() {
        let mut bytes = Vec::new();
        for (length, kind, content) in [(7_u16, 1_u16, [1, 2, 3, 0]), (8, 0x8002, [4, 5, 6, 7])] {
            bytes.extend(length.to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(content);
        }
        assert_eq!(attribute(&bytes, 1), Some(&[1, 2, 3][..]));
        assert_eq!(attribute(&bytes, 2), Some(&[4, 5, 6, 7][..]));
        assert_eq!(attribute(&bytes, 3), None);
        assert_eq!(attribute(&bytes[..10], 2), None);
    }
}
