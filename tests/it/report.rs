//! Reports: documents in, pages out; and the pages in a real browser.

mod browser;
mod documents;
mod escaping;
mod material;
mod merging;
mod thumbnails;
