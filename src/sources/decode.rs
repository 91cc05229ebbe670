//! From stored bytes to RGB pixels, as Pillow does it.
