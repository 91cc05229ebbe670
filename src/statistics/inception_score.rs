//! The Inception Score of class probabilities.
