//! The Fréchet distance between two Gaussians.
