//! The squared maximum mean discrepancy.
