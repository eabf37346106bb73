//! Builds a network's graph: values of a batch, and the operators between them.

use std::collections::BTreeMap;

use super::parameters::Array;
use super::proto::{self, Attribute, Dimension, Element, Length, Node, Tensor, TensorType, Type, ValueInfo};

/// What the first dimension of all inputs and outputs is called.
const BATCH: &str = "batch";

/// A value of the graph.
#[derive(Debug, Clone)]
pub struct Value {
    name: String,
    /// Its shape without the batch; of a constant, the whole.
    pub shape: Vec<usize>,
}

impl Value {
    /// Channels of a feature map `[batch, channels, height, width]`, features of a row `[batch, features]`.
    pub fn channels(&self) -> usize {
        self.shape[0]
    }
}

/// A graph under construction.
#[derive(Debug, Default)]
pub struct Graph {
    graph: proto::Graph,
    /// How many values there are of each operator, by which they are named.
    counts: BTreeMap<&'static str, usize>,
}

impl Graph {
    /// An input of the network, `[batch, shape]`; `about` says what it is.
    pub fn input(&mut self, name: &str, element: Element, shape: &[usize], about: &str) -> Value {
        self.graph.input.push(info(name, element, shape, about));
        Value { name: name.into(), shape: shape.to_vec() }
    }

    /// Makes a value an output of the network.
    pub fn output(&mut self, name: &str, element: Element, value: &Value, about: &str) {
        self.push("Identity", &[value], Vec::new(), vec![name.into()]);
        self.graph.output.push(info(name, element, &value.shape, about));
    }

    /// A constant.
    pub fn constant(&mut self, name: &str, array: &Array) -> Value {
        let bytes = array.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.initializer(name.into(), Element::Float, &array.shape, bytes)
    }

    /// A single number, which broadcasts.
    pub fn scalar(&mut self, value: f64) -> Value {
        self.floats(&[value as f32], &[])
    }

    /// What stands for an input that is left out.
    pub fn nothing(&self) -> Value {
        Value { name: String::new(), shape: Vec::new() }
    }

    /// Numbers in a shape that are nobody's parameter.
    pub fn floats(&mut self, values: &[f32], shape: &[usize]) -> Value {
        let name = self.fresh("floats");
        self.constant(&name, &Array { shape: shape.to_vec(), values: values.to_vec() })
    }

    /// Whole numbers in a row.
    fn ints(&mut self, values: &[i64]) -> Value {
        let name = self.fresh("ints");
        self.initializer(name, Element::Int, &[values.len()], values.iter().flat_map(|i| i.to_le_bytes()).collect())
    }

    fn initializer(&mut self, name: String, element: Element, shape: &[usize], raw_data: Vec<u8>) -> Value {
        if self.graph.initializer.iter().all(|tensor| tensor.name != name) {
            let dims = shape.iter().map(|length| *length as i64).collect();
            self.graph.initializer.push(Tensor { dims, data_type: element as i32, name: name.clone(), raw_data });
        }
        Value { name, shape: shape.to_vec() }
    }

    fn fresh(&mut self, operator: &'static str) -> String {
        let count = self.counts.entry(operator).or_default();
        *count += 1;
        format!("{operator}_{count}")
    }

    fn push(&mut self, operator: &str, inputs: &[&Value], attribute: Vec<Attribute>, output: Vec<String>) {
        let input = inputs.iter().map(|value| value.name.clone()).collect();
        let name = format!("{operator} to {}", output.join(", "));
        self.graph.node.push(Node { input, output, name, op_type: operator.into(), attribute });
    }

    /// What an operator makes of values, in the shape that it is known to have.
    pub fn apply(
        &mut self,
        operator: &'static str,
        inputs: &[&Value],
        attributes: Vec<Attribute>,
        shape: &[usize],
    ) -> Value {
        let name = self.fresh(operator);
        self.push(operator, inputs, attributes, vec![name.clone()]);
        Value { name, shape: shape.to_vec() }
    }

    /// An operator of each number by itself.
    pub fn map(&mut self, operator: &'static str, x: &Value) -> Value {
        self.apply(operator, &[x], Vec::new(), &x.shape)
    }

    /// An operator of two values, of which the second broadcasts to the first.
    pub fn pair(&mut self, operator: &'static str, a: &Value, b: &Value) -> Value {
        self.apply(operator, &[a, b], Vec::new(), &a.shape)
    }

    /// a + b.
    pub fn add(&mut self, a: &Value, b: &Value) -> Value {
        self.pair("Add", a, b)
    }

    /// a b.
    pub fn mul(&mut self, a: &Value, b: &Value) -> Value {
        self.pair("Mul", a, b)
    }

    /// A number times a value.
    pub fn scaled(&mut self, x: &Value, factor: f64) -> Value {
        let factor = self.scalar(factor);
        self.mul(x, &factor)
    }

    /// The matrix product of the last two dimensions.
    pub fn matmul(&mut self, a: &Value, b: &Value) -> Value {
        let (mut shape, columns) = (a.shape.clone(), b.shape.last().copied());
        if let (Some(last), Some(columns)) = (shape.last_mut(), columns) {
            *last = columns;
        }
        self.apply("MatMul", &[a, b], Vec::new(), &shape)
    }

    /// Between two bounds.
    pub fn clip(&mut self, x: &Value, low: f64, high: f64) -> Value {
        let (low, high) = (self.scalar(low), self.scalar(high));
        self.apply("Clip", &[x, &low, &high], Vec::new(), &x.shape)
    }

    /// In another shape of as many numbers.
    pub fn reshape(&mut self, x: &Value, shape: &[usize]) -> Value {
        // 0 stands for the batch as it is.
        let target: Vec<i64> = std::iter::once(0).chain(shape.iter().map(|length| *length as i64)).collect();
        let target = self.ints(&target);
        self.apply("Reshape", &[x, &target], Vec::new(), shape)
    }

    /// With its dimensions in another order, of which 0 is the batch.
    pub fn transpose(&mut self, x: &Value, order: &[usize]) -> Value {
        let shape: Vec<usize> = order[1..].iter().map(|dimension| x.shape[dimension - 1]).collect();
        self.apply("Transpose", &[x], vec![Attribute::ints("perm", order.iter().copied())], &shape)
    }

    /// One after the other along the first dimension after the batch.
    pub fn cat(&mut self, parts: &[&Value]) -> Value {
        let mut shape = parts[0].shape.clone();
        shape[0] = parts.iter().map(|part| part.shape[0]).sum();
        self.apply("Concat", parts, vec![Attribute::int("axis", 1)], &shape)
    }

    /// Equal parts of the first dimension after the batch.
    pub fn split<const N: usize>(&mut self, x: &Value) -> [Value; N] {
        self.parts(x, 1, [x.shape[0] / N; N])
    }

    /// Equal parts of the last dimension.
    pub fn split_last<const N: usize>(&mut self, x: &Value) -> [Value; N] {
        let rank = x.shape.len();
        self.parts(x, rank, [x.shape[rank - 1] / N; N])
    }

    /// Parts of a dimension, of which 0 is the batch.
    pub fn parts<const N: usize>(&mut self, x: &Value, dimension: usize, lengths: [usize; N]) -> [Value; N] {
        let sizes = self.ints(&lengths.map(|length| length as i64));
        let parts = lengths.map(|length| {
            let mut shape = x.shape.clone();
            shape[dimension - 1] = length;
            Value { name: self.fresh("Split"), shape }
        });
        let names = parts.iter().map(|part| part.name.clone()).collect();
        self.push("Split", &[x, &sizes], vec![Attribute::int("axis", dimension as i64)], names);
        parts
    }

    /// The first of a dimension, of which 0 is the batch.
    pub fn first(&mut self, x: &Value, dimension: usize, length: usize) -> Value {
        let mut shape = x.shape.clone();
        shape[dimension - 1] = length;
        let [start, end, axis] = [0, length, dimension].map(|i| self.ints(&[i as i64]));
        self.apply("Slice", &[x, &start, &end, &axis], Vec::new(), &shape)
    }

    /// Zeros before the first of the first dimension after the batch.
    pub fn zero_before(&mut self, x: &Value) -> Value {
        let (mut shape, rank) = (x.shape.clone(), x.shape.len() + 1);
        shape[0] += 1;
        let pads: Vec<i64> = (0..2 * rank).map(|i| i64::from(i == 1)).collect();
        let pads = self.ints(&pads);
        self.apply("Pad", &[x, &pads], Vec::new(), &shape)
    }

    /// With a dimension of length 1 more at a place, of which 0 is the batch.
    pub fn unsqueeze(&mut self, x: &Value, place: usize) -> Value {
        let mut shape = x.shape.clone();
        shape.insert(place - 1, 1);
        let axis = self.ints(&[place as i64]);
        self.apply("Unsqueeze", &[x, &axis], Vec::new(), &shape)
    }

    /// A sum, or what else leaves one number of the first dimension after the batch.
    pub fn reduce(&mut self, operator: &'static str, x: &Value) -> Value {
        let (mut shape, axis) = (x.shape.clone(), self.ints(&[1]));
        shape[0] = 1;
        self.apply(operator, &[x, &axis], Vec::new(), &shape)
    }

    /// The places of the least numbers of the last dimension.
    pub fn least(&mut self, x: &Value) -> Value {
        let shape = &x.shape[..x.shape.len() - 1];
        self.apply("ArgMin", &[x], vec![Attribute::int("axis", -1), Attribute::int("keepdims", 0)], shape)
    }

    /// The rows of a constant table that numbers stand for.
    pub fn gather(&mut self, table: &Value, numbers: &Value) -> Value {
        let shape: Vec<usize> = numbers.shape.iter().chain(&table.shape[1..]).copied().collect();
        self.apply("Gather", &[table, numbers], vec![Attribute::int("axis", 0)], &shape)
    }

    /// As numbers of another type.
    pub fn cast(&mut self, x: &Value, element: Element) -> Value {
        self.apply("Cast", &[x], vec![Attribute::int("to", element as i64)], &x.shape)
    }

    /// Whole numbers greater than zero.
    pub fn is_positive(&mut self, x: &Value) -> Value {
        let zero = self.ints(&[0]);
        self.pair("Greater", x, &zero)
    }

    /// What comes of values when the same is done with them so many times.
    pub fn repeat<const N: usize>(
        &mut self,
        times: usize,
        start: &[Value; N],
        step: impl FnOnce(&mut Self, &[Value; N]) -> [Value; N],
    ) -> [Value; N] {
        let outer = std::mem::take(&mut self.graph.node);
        let [count, going, going_on] = ["count", "going", "going"].map(|name| self.fresh(name));
        let carried = start.clone().map(|value| Value { name: self.fresh("carried"), ..value });
        let stepped = step(self, &carried);
        self.push("Identity", &[&Value { name: going.clone(), shape: Vec::new() }], Vec::new(), vec![going_on.clone()]);
        let of = |value: &Value| info(&value.name, Element::Float, &value.shape, "");
        let number = |name: &str, element| described(name, element, Vec::new(), "");
        let body = proto::Graph {
            node: std::mem::replace(&mut self.graph.node, outer),
            name: format!("{going} on"),
            input: [number(&count, Element::Int), number(&going, Element::Bool)]
                .into_iter()
                .chain(carried.iter().map(of))
                .collect(),
            output: std::iter::once(number(&going_on, Element::Bool)).chain(stepped.iter().map(of)).collect(),
            ..proto::Graph::default()
        };
        let (times, always) = (self.ints(&[times as i64]), self.fresh("always"));
        let always = self.initializer(always, Element::Bool, &[], vec![1]);
        let ends = start.clone().map(|value| Value { name: self.fresh("Loop"), ..value });
        let inputs: Vec<&Value> = [&times, &always].into_iter().chain(start).collect();
        let names = ends.iter().map(|end| end.name.clone()).collect();
        self.push("Loop", &inputs, vec![Attribute::graph("body", body)], names);
        ends
    }

    /// The graph as a message, by a name.
    pub fn named(self, name: &str) -> proto::Graph {
        proto::Graph { name: name.into(), ..self.graph }
    }
}

/// What is told of an input or output `[batch, shape]`.
fn info(name: &str, element: Element, shape: &[usize], about: &str) -> ValueInfo {
    let batch = Dimension { value: Some(Length::Named(BATCH.into())) };
    let known = |length: &usize| Dimension { value: Some(Length::Known(*length as i64)) };
    described(name, element, std::iter::once(batch).chain(shape.iter().map(known)).collect(), about)
}

fn described(name: &str, element: Element, dim: Vec<Dimension>, about: &str) -> ValueInfo {
    let tensor = TensorType { elem_type: element as i32, shape: Some(proto::Shape { dim }) };
    ValueInfo { name: name.into(), r#type: Some(Type { tensor_type: Some(tensor) }), doc_string: about.into() }
}
