//! The link flags of the benchmark's addon.

fn main() {
    napi_build::setup();
}
