//! How many faces there are in pictures.
