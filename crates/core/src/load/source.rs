//! Floor 9. The bytes of a recording: of a file or of standard input, and taken out of gzip where they were put into it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

/// How much is read at once.
pub(super) const READ_AT_ONCE: usize = 256 * 1024;
/// How a member of a gzip file begins (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Is told how many more bytes of a recording were read, as they are in the file: packed where it is.
pub type Observer = Rc<dyn Fn(u64)>;

/// Opens a file, or standard input for `-`, whose reading is told to `observer`.
///
/// Of a file no more is read than it holds now, so that one which grows as fast as it is read has an end.
pub(super) fn open(path: &Path, observer: Option<Observer>) -> io::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(buffered(io::stdin(), observer));
    }
    let file = File::open(path)?;
    let about = file.metadata()?;
    // Files of /proc and their like have no length and yet something in them.
    let length = if about.is_file() && about.len() > 0 { about.len() } else { u64::MAX };
    Ok(buffered(file.take(length), observer))
}

fn buffered(bytes: impl Read + 'static, observer: Option<Observer>) -> Box<dyn BufRead> {
    match observer {
        Some(observer) => {
            let told = Observed { bytes, observer };
            Box::new(BufReader::with_capacity(READ_AT_ONCE, told))
        }
        None => Box::new(BufReader::with_capacity(READ_AT_ONCE, bytes)),
    }
}

/// What messages call a path.
pub(super) fn name(path: &Path) -> PathBuf {
    if path.as_os_str() == "-" { PathBuf::from("standard input") } else { path.to_owned() }
}

/// The bytes of a recording. Some may be put back to be read again.
pub(super) struct Source<'a> {
    returned: Vec<u8>,
    at: usize,
    bytes: Box<dyn BufRead + 'a>,
    damaged: Rc<Cell<bool>>,
}

impl<'a> Source<'a> {
    /// Looks at the first bytes, and unpacks what begins as a gzip file does.
    pub(super) fn new(mut packed: Box<dyn BufRead + 'a>) -> io::Result<Self> {
        let damaged = Rc::new(Cell::new(false));
        let begin = first_bytes(&mut packed)?;
        let is_gzip = begin == GZIP;
        let whole = Box::new(io::Cursor::new(begin).chain(packed));
        let bytes: Box<dyn BufRead + 'a> = if is_gzip {
            let unpacked =
                Unpacked { bytes: MultiGzDecoder::new(whole), damaged: Rc::clone(&damaged) };
            Box::new(BufReader::with_capacity(READ_AT_ONCE, unpacked))
        } else {
            whole
        };
        let mut source = Self { returned: Vec::new(), at: 0, bytes, damaged };
        source.pass_byte_order_mark()?;
        Ok(source)
    }

    /// Puts bytes back, which are read next.
    pub(super) fn put_back(&mut self, mut bytes: Vec<u8>) {
        bytes.extend_from_slice(&self.returned[self.at..]);
        self.returned = bytes;
        self.at = 0;
    }

    /// Whether it ended before it should, or in bytes that are no gzip.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.get()
    }

    fn pass_byte_order_mark(&mut self) -> io::Result<()> {
        let mut begin = Vec::new();
        self.bytes.as_mut().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut begin)?;
        if begin != BYTE_ORDER_MARK {
            self.put_back(begin);
        }
        Ok(())
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.returned.len() {
            return Ok(&self.returned[self.at..]);
        }
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if self.at < self.returned.len() {
            self.at += amount;
        } else {
            self.bytes.consume(amount);
        }
    }
}

/// The first bytes of a stream, as many as it takes to know gzip.
fn first_bytes(stream: &mut (impl BufRead + ?Sized)) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    stream.take(GZIP.len() as u64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Bytes whose reading is told.
struct Observed<R> {
    bytes: R,
    observer: Observer,
}

impl<R: Read> Read for Observed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        (self.observer)(read as u64);
        Ok(read)
    }
}

/// What comes out of gzip, which ends where the packed bytes are cut or broken: what came before is good.
struct Unpacked<R> {
    bytes: MultiGzDecoder<R>,
    damaged: Rc<Cell<bool>>,
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        if self.damaged.get() {
            return Ok(0);
        }
        match self.bytes.read(buffer) {
            Err(error) if matches!(error.kind(), UnexpectedEof | InvalidData | InvalidInput) => {
                self.damaged.set(true);
                Ok(0)
            }
            other => other,
        }
    }
}
