//! Buffers that are kept from one operation to the next.

/// What operations work in. It grows to what the largest of them needs and is kept, so that none allocates anew.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The padded input of a convolution.
    pub(crate) padded: Vec<f32>,
    /// The tiles that go into a product.
    pub(crate) rows: Vec<f32>,
    /// What comes out of it.
    pub(crate) products: Vec<f32>,
    /// What a norm does to each channel.
    pub(crate) channels: Vec<f32>,
    /// Where an output's window begins in the padded input.
    pub(crate) offsets: Vec<usize>,
}

impl Scratch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> usize {
        let Self { padded, rows, products, channels, offsets } = self;
        let floats = [padded, rows, products, channels].map(|buffer| size_of::<f32>() * buffer.capacity());
        floats.iter().sum::<usize>() + size_of::<usize>() * offsets.capacity()
    }
}

/// The first numbers of a buffer, which grows if it is too short. What is in them is left over.
pub(crate) fn first(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}
