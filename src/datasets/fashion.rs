//! Fashion-MNIST: 60,000 and 10,000 grey pictures of clothes in ten classes (arXiv 1708.07747).

use super::dataset::Dataset;
use crate::cards::{ConditionKind, ImageShape};

/// Fashion-MNIST.
pub const FASHION: Dataset = Dataset {
    id: "fashion",
    name: "Fashion-MNIST",
    licence: "MIT",
    url: "https://github.com/zalandoresearch/fashion-mnist",
    image: ImageShape { width: 28, height: 28, channels: 1 },
    condition: ConditionKind::Class,
    classes: &[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    styles: &[],
    judge: "classifier",
};
