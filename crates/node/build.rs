//! The addon's link flags.

fn main() {
    napi_build::setup();
}
