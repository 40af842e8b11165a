//! Variables: the plan between what is there and what is wanted, and that an applied plan leaves nothing to do.

mod plan;
mod round_trip;
