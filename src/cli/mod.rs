//! Arguments, plan, console. The only stage that prints.
