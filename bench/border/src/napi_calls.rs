//! Floor 12. The calls of Node's C API that build objects, each as thin as it can be: nothing stands between the border and its price.

use std::ffi::CStr;
use std::ptr;

use napi::bindgen_prelude::check_status;
use napi::{Env, Result, sys};

/// A value of JavaScript, as long as the scope lives in which it was made.
pub(crate) type Value = sys::napi_value;

/// The names of an object's members.
#[derive(Clone, Copy)]
pub(crate) enum Keys<'a> {
    /// As text.
    Named(&'a [&'a CStr]),
    /// As strings of JavaScript.
    Made(&'a [Value]),
}

/// The most members that an object is defined with.
const MOST_MEMBERS: usize = 32;

/// Node's side of the border, in the JavaScript thread and during one call from it.
#[derive(Clone, Copy)]
pub(crate) struct Border(sys::napi_env);

impl Border {
    pub(crate) fn of(env: Env) -> Self {
        Self(env.raw())
    }

    pub(crate) fn null(self) -> Result<Value> {
        let mut value = ptr::null_mut();
        // SAFETY: the environment is that of the running call, and `value` is a place of ours.
        check_status!(unsafe { sys::napi_get_null(self.0, &raw mut value) })?;
        Ok(value)
    }

    pub(crate) fn number(self, number: f64) -> Result<Value> {
        let mut value = ptr::null_mut();
        // SAFETY: as in `null`.
        check_status!(unsafe { sys::napi_create_double(self.0, number, &raw mut value) })?;
        Ok(value)
    }

    pub(crate) fn word(self, word: &CStr) -> Result<Value> {
        let mut value = ptr::null_mut();
        let length = word.count_bytes().cast_signed();
        // SAFETY: as in `null`; the pointer has that many bytes behind it.
        check_status!(unsafe {
            sys::napi_create_string_latin1(self.0, word.as_ptr(), length, &raw mut value)
        })?;
        Ok(value)
    }

    pub(crate) fn object(self) -> Result<Value> {
        let mut value = ptr::null_mut();
        // SAFETY: as in `null`.
        check_status!(unsafe { sys::napi_create_object(self.0, &raw mut value) })?;
        Ok(value)
    }

    pub(crate) fn array(self, length: usize) -> Result<Value> {
        let mut value = ptr::null_mut();
        // SAFETY: as in `null`.
        check_status!(unsafe {
            sys::napi_create_array_with_length(self.0, length, &raw mut value)
        })?;
        Ok(value)
    }

    pub(crate) fn set_element(self, array: Value, index: u32, value: Value) -> Result<()> {
        // SAFETY: as in `null`; both values were made in this call, in scopes that are open.
        check_status!(unsafe { sys::napi_set_element(self.0, array, index, value) })
    }

    pub(crate) fn set_named(self, object: Value, name: &CStr, value: Value) -> Result<()> {
        // SAFETY: as in `set_element`; the name ends with a zero.
        check_status!(unsafe { sys::napi_set_named_property(self.0, object, name.as_ptr(), value) })
    }

    pub(crate) fn set(self, object: Value, key: Value, value: Value) -> Result<()> {
        // SAFETY: as in `set_element`.
        check_status!(unsafe { sys::napi_set_property(self.0, object, key, value) })
    }

    /// Defines members as an assignment would: of those above [`MOST_MEMBERS`] none.
    pub(crate) fn define(self, object: Value, keys: Keys<'_>, values: &[Value]) -> Result<()> {
        let mut list = [MEMBER; MOST_MEMBERS];
        for (index, (slot, value)) in list.iter_mut().zip(values).enumerate() {
            slot.value = *value;
            match keys {
                Keys::Named(names) => slot.utf8name = names[index].as_ptr(),
                Keys::Made(keys) => slot.name = keys[index],
            }
        }
        let count = values.len().min(list.len());
        // SAFETY: as in `set_element`; the list has that many descriptors, each with a name and a value.
        check_status!(unsafe { sys::napi_define_properties(self.0, object, count, list.as_ptr()) })
    }

    pub(crate) fn call(self, function: Value, arguments: &[Value]) -> Result<Value> {
        let mut result = ptr::null_mut();
        let this = self.null()?;
        // SAFETY: as in `set_element`; the function was passed to the running call.
        check_status!(unsafe {
            sys::napi_call_function(
                self.0,
                this,
                function,
                arguments.len(),
                arguments.as_ptr(),
                &raw mut result,
            )
        })?;
        Ok(result)
    }

    /// Runs `body` with handles that are gone afterwards: otherwise the garbage collector would look at those of a whole batch.
    pub(crate) fn in_scope(self, body: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut scope = ptr::null_mut();
        // SAFETY: as in `null`.
        check_status!(unsafe { sys::napi_open_handle_scope(self.0, &raw mut scope) })?;
        let result = body();
        // SAFETY: the scope was opened above, and every scope within it has been closed; `body` returns none of its values.
        check_status!(unsafe { sys::napi_close_handle_scope(self.0, scope) })?;
        result
    }
}

/// A member as an assignment makes it, before it has a name and a value.
const MEMBER: sys::napi_property_descriptor = sys::napi_property_descriptor {
    utf8name: ptr::null(),
    name: ptr::null_mut(),
    method: None,
    getter: None,
    setter: None,
    value: ptr::null_mut(),
    attributes: sys::PropertyAttributes::writable
        | sys::PropertyAttributes::enumerable
        | sys::PropertyAttributes::configurable,
    data: ptr::null_mut(),
};
