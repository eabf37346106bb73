//! Products of rows with packed matrices.

use kernels::{pack_columns, pack_rows, product};
use proptest::prelude::*;

use crate::reference::{self, assert_close, numbers, wide};

fn check(rows: usize, inputs: usize, outputs: usize, bias: bool, skip: bool) {
    let [x, matrix, biases, added] = [(rows * inputs, 1), (inputs * outputs, 2), (outputs, 3), (rows * outputs, 4)]
        .map(|(n, seed)| numbers(n, seed));
    let mut expected = reference::product(&wide(&x), &wide(&matrix), [inputs, outputs]);
    for (i, expected) in expected.iter_mut().enumerate() {
        *expected += f64::from(if bias { biases[i % outputs] } else { 0.0 });
        *expected += f64::from(if skip { added[i] } else { 0.0 });
    }
    let packed = pack_rows(&matrix, inputs, outputs);
    let turned: Vec<f32> = (0..inputs * outputs).map(|i| matrix[i % inputs * outputs + i / inputs]).collect();
    assert_eq!(packed, pack_columns(&turned, inputs, outputs));
    let mut out = vec![f32::NAN; rows * outputs];
    product(&x, [inputs, outputs], &packed, bias.then_some(&biases), skip.then_some(&added), &mut out);
    assert_close(&out, &expected, 1e-6 * inputs as f64);

    // Rows are multiplied as each of them alone, bit by bit.
    for row in 0..rows {
        let [x, added] = [(&x, inputs), (&added, outputs)].map(|(of, length)| &of[row * length..][..length]);
        let mut alone = vec![f32::NAN; outputs];
        product(x, [inputs, outputs], &packed, bias.then_some(&biases), skip.then_some(added), &mut alone);
        assert!(alone == out[row * outputs..][..outputs], "row {row} of {rows}");
    }
}

#[test]
fn all_shapes_in_use_are_as_defined() {
    for (inputs, outputs) in [
        (16, 3136),
        (64, 4704),
        (64, 128),
        (128, 64),
        (128, 112),
        (128, 192),
        (64, 64),
        (128, 128),
        (128, 24),
        (192, 128),
        (96, 96),
        (96, 288),
        (96, 384),
        (384, 96),
        (96, 256),
        (96, 224),
        (56, 128),
        (112, 56),
        (64, 32),
        (24, 96),
        (128, 512),
        (512, 1024),
        (32, 12),
        (48, 72),
        (48, 144),
        (64, 8),
    ] {
        for rows in [1, 2, 49] {
            check(rows, inputs, outputs, true, rows == 49);
        }
    }
}

proptest! {
    #[test]
    fn any_shape_is_as_defined(
        rows in prop_oneof![1usize..20, 95usize..110],
        inputs in 1usize..40,
        outputs in 1usize..70,
        bias in any::<bool>(),
        skip in any::<bool>(),
    ) {
        check(rows, inputs, outputs, bias, skip);
    }
}

#[test]
#[should_panic(expected = "a packed matrix: expected 24 numbers, came 23")]
fn a_matrix_of_another_size_is_refused() {
    product(&[0.0; 6], [3, 5], &[0.0; 23], None, None, &mut [0.0; 10]);
}
