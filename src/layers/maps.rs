//! Burn's tensors on the CPU as slices of numbers, and back.
//!
//! A feature map lies in memory with its channels together, pixel by pixel (NHWC), behind the strides of
//! `[batch, channels, height, width]`: kernels find the neighbours in a sum next to each other, and nobody else need know.

use std::borrow::Cow;

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{DType, Flex, TensorMetadata};
use burn::tensor::{Bytes, Shape, Tensor};
use kernels::Shape as Map;

/// The CPU's tensor of numbers in single precision, if it is one.
pub fn here<const D: usize>(x: &Tensor<D>) -> Option<FlexTensor> {
    x.clone().try_into_primitive::<Flex>().ok().filter(|tensor| tensor.dtype() == DType::F32)
}

/// The numbers of a tensor in order, borrowed where they lie so.
pub fn flat(tensor: &FlexTensor) -> Cow<'_, [f32]> {
    match tensor.as_slice::<f32>() {
        Some(slice) => slice.into(),
        None => tensor.to_contiguous().as_slice::<f32>().expect("contiguous numbers").to_vec().into(),
    }
}

/// The shape of a feature map.
pub fn shape_of(x: &FlexTensor) -> Map {
    let [batch, channels, height, width] = x.shape().dims();
    Map { batch, height, width, channels }
}

/// The strides of channels that lie together.
pub fn strides(Map { height, width, channels, .. }: Map) -> [isize; 4] {
    [height * width * channels, 1, width * channels, channels].map(|stride| stride as isize)
}

/// The numbers with the channels of a pixel together, borrowed where they lie so.
pub fn pixels(x: &FlexTensor) -> Cow<'_, [f32]> {
    let (map, layout) = (shape_of(x), x.layout());
    let size = map.numbers();
    if layout.strides() == strides(map) {
        let start = layout.start_offset();
        return Cow::Borrowed(&x.storage::<f32>()[start..start + size]);
    }
    let mut output = vec![0.0; size];
    let [batch, channel, row, column] = <[isize; 4]>::try_from(layout.strides()).expect("four dimensions");
    let (storage, start) = (x.storage::<f32>(), layout.start_offset() as isize);
    let mut pixels = output.chunks_exact_mut(map.channels);
    for (b, h) in (0..map.batch as isize).flat_map(|b| (0..map.height as isize).map(move |h| (b, h))) {
        for (w, pixel) in (0..map.width as isize).zip(&mut pixels) {
            let at = start + b * batch + h * row + w * column;
            if channel == 1 {
                pixel.copy_from_slice(&storage[at as usize..][..map.channels]);
            } else {
                pixel.iter_mut().zip(0..).for_each(|(number, c)| *number = storage[(at + c * channel) as usize]);
            }
        }
    }
    output.into()
}

/// The tensor of a map's numbers, pixel by pixel.
pub fn tensor(numbers: Vec<f32>, map: Map) -> Tensor<4> {
    let Map { batch, height, width, channels } = map;
    let shape = Shape::new([batch, channels, height, width]);
    // One channel lies together whatever it is called, and Burn is faster where it knows.
    let layout = match channels {
        1 => Layout::contiguous(shape),
        _ => Layout::new(shape, strides(map).to_vec(), 0),
    };
    Tensor::from_primitive::<Flex>(FlexTensor::new(Bytes::from_elems(numbers), layout, DType::F32))
}
