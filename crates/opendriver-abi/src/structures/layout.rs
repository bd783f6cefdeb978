//! Offsets as data, so that one machine can check the layouts of both widths.

/// Where the fields of a structure stand, on machines with 32-bit and with 64-bit pointers. In bytes.
///
/// ```
/// use opendriver_abi::DRVCONFIGINFO;
/// let alias = DRVCONFIGINFO::LAYOUT.field("lpszDCIAliasName").unwrap();
/// assert_eq!((alias.offset32, alias.offset64), (8, 12));
/// assert_eq!((DRVCONFIGINFO::LAYOUT.size32, DRVCONFIGINFO::LAYOUT.size64), (12, 20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The Windows name of the structure.
    pub name: &'static str,
    /// Its size where pointers have 32 bits.
    pub size32: usize,
    /// Its size where pointers have 64 bits.
    pub size64: usize,
    /// Its fields in order.
    pub fields: &'static [FieldLayout],
}

/// One field of a [`Layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldLayout {
    /// The Windows name of the field.
    pub name: &'static str,
    /// Its offset in bytes where pointers have 32 bits.
    pub offset32: usize,
    /// Its offset in bytes where pointers have 64 bits.
    pub offset64: usize,
}

impl Layout {
    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldLayout> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Writes the table of a structure, and makes the build fail when the structure disagrees with it.
macro_rules! layout {
    ($name:ident: $size32:literal / $size64:literal { $($field:ident: $offset32:literal / $offset64:literal,)* }) => {
        impl $name {
            /// Size and field offsets for both pointer widths.
            pub const LAYOUT: $crate::Layout = $crate::Layout {
                name: stringify!($name),
                size32: $size32,
                size64: $size64,
                fields: &[$($crate::FieldLayout {
                    name: stringify!($field),
                    offset32: $offset32,
                    offset64: $offset64,
                },)*],
            };
        }

        const _: () = {
            let wide = size_of::<usize>() == 8;
            assert!(size_of::<$name>() == if wide { $size64 } else { $size32 });
            $(assert!(core::mem::offset_of!($name, $field) == if wide { $offset64 } else { $offset32 });)*
        };
    };
}
pub(super) use layout;
