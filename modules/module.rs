//! What the browser loads: all that `pushforward` exports to JavaScript, in a file of its own for each choice of features.

pub use engine as pushforward;
