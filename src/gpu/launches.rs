//! From a plan to what is launched: what stands before and after a convolution goes into its kernel, and statistics come
//! out of the kernel that wrote the map, so that most of a network is one launch a convolution.

use std::collections::{BTreeMap, BTreeSet};

use super::kernels::Shader;
use super::kernels::attention::Attention;
use super::kernels::convolution::{Convolution, Division, activated};
use super::kernels::rearrangement::{Kind, Rearrangement};
use super::kernels::statistics::Statistics;
use super::plan::{self, Activation, GROUP, Map, Norm, Operation, Plan, Shape, Side};

/// Numbers at whose multiples a binding within a buffer may begin on every device.
pub const ALIGNMENT: usize = 64;

/// What a kernel reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// What is given at every run, by its number.
    Given(usize),
    /// What a launch writes and later ones read, by its number.
    Slot(usize),
    /// So many weights from there on.
    Weights {
        /// Where they begin.
        at: usize,
        /// How many there are.
        count: usize,
    },
    /// Nothing: the kernel's constants switch it off.
    Nothing,
}

/// A kernel, its bindings, and how many workgroups of it.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The kernel.
    pub shader: Shader,
    /// What it reads, and then what it writes.
    pub bindings: Vec<Binding>,
    /// Workgroups.
    pub workgroups: [usize; 3],
}

/// All that computes some maps of a plan.
#[derive(Debug, Clone, Default)]
pub struct Launches {
    /// In their order.
    pub launches: Vec<Launch>,
    /// Numbers of each slot.
    pub slots: Vec<usize>,
    /// All weights, packed as the kernels read them.
    pub weights: Vec<f32>,
    /// Where the maps are that were asked for.
    pub outputs: Vec<Binding>,
}

impl Launches {
    /// What computes these maps of a plan, and nothing else of it.
    pub fn of(plan: &Plan, outputs: &[Map]) -> Self {
        Self::divided(plan, outputs, &|_| Division::USUAL)
    }

    /// The same, whose convolutions are divided as somebody says, to whom they come with the usual division.
    pub fn divided(plan: &Plan, outputs: &[Map], divide: &dyn Fn(&Convolution) -> Division) -> Self {
        let mut maker = Maker {
            producers: plan.operations().iter().map(|(operation, map)| (*map, operation)).collect(),
            uses: BTreeMap::new(),
            normalized: BTreeSet::new(),
            made: plan.inputs().iter().enumerate().map(|(i, map)| (*map, Binding::Given(i))).collect(),
            sums: BTreeMap::new(),
            found: Self::default(),
            plan,
            divide,
        };
        for (operation, _) in plan.operations() {
            operation.reads().into_iter().for_each(|map| *maker.uses.entry(map).or_default() += 1);
            maker.normalized.extend(match operation {
                Operation::Convolution(c) => c.before.norm().map(|_| c.input),
                Operation::Norm(x, _) => Some(*x),
                _ => None,
            });
        }
        outputs.iter().for_each(|map| *maker.uses.entry(*map).or_default() += 1);
        maker.found.outputs = outputs.iter().map(|map| maker.map(*map)).collect();
        maker.found
    }
}

/// The launches so far.
struct Maker<'a> {
    plan: &'a Plan,
    producers: BTreeMap<Map, &'a Operation>,
    /// How often a map is read.
    uses: BTreeMap<Map, usize>,
    /// Maps that something normalizes.
    normalized: BTreeSet<Map>,
    /// Where a map is.
    made: BTreeMap<Map, Binding>,
    /// Where the statistics of a map are, and in how many parts.
    sums: BTreeMap<Map, (Binding, usize)>,
    found: Launches,
    divide: &'a dyn Fn(&Convolution) -> Division,
}

impl<'a> Maker<'a> {
    /// Where a map is, computed now if it is not yet.
    fn map(&mut self, map: Map) -> Binding {
        if let Some(binding) = self.made.get(&map) {
            return *binding;
        }
        let binding = self.launch(map);
        self.made.insert(map, binding);
        binding
    }

    fn launch(&mut self, map: Map) -> Binding {
        let shape = self.plan.shape(map);
        let same = |kind| Rearrangement { kind, shape, first: shape.channels, norm: None, activation: None };
        if let Some((convolution, end)) = self.convolution_before(map) {
            return self.convolution(convolution, map, end);
        }
        match self.producers[&map] {
            Operation::Convolution(_) => unreachable!("a convolution ends in itself"),
            Operation::Attention(x, heads) => {
                let (kernel, x) = (Attention { shape, heads: *heads }, self.map(*x));
                self.push(kernel.shader(), kernel.workgroups(), &[x], &[shape.size()])
            }
            Operation::Norm(x, norm) => self.normalized(*x, norm, shape),
            Operation::Activation(x, activation) => {
                self.rearranged(Rearrangement { activation: Some(*activation), ..same(Kind::Same) }, *x, None)
            }
            Operation::Concatenation(first, second) => {
                let channels = self.plan.shape(*first).channels;
                self.rearranged(Rearrangement { first: channels, ..same(Kind::Same) }, *first, Some(*second))
            }
            Operation::DepthToSpace(x) => self.rearranged(same(Kind::DepthToSpace), *x, None),
            Operation::SpaceToDepth(x) => self.rearranged(same(Kind::SpaceToDepth), *x, None),
            Operation::Doubled(x) => self.rearranged(same(Kind::Doubled), *x, None),
        }
    }

    /// The convolution whose kernel can write a map, as nothing else reads what lies between them.
    fn convolution_before(&self, map: Map) -> Option<(&'a plan::Convolution, End)> {
        let mut end = End::default();
        let mut map = map;
        loop {
            let next = match *self.producers.get(&map)? {
                Operation::Convolution(convolution) => return Some((convolution, end)),
                Operation::DepthToSpace(x) if !end.unfold => {
                    end.unfold = true;
                    *x
                }
                Operation::Activation(x, activation) if end.activation.is_none() => {
                    end.activation = Some(*activation);
                    *x
                }
                _ => return None,
            };
            if self.uses[&next] > 1 {
                return None;
            }
            map = next;
        }
    }

    /// What a convolution's kernel reads itself, back from the convolution's input.
    fn source(&self, convolution: &plan::Convolution) -> Source {
        let plan::Convolution { input, before, doubled, side, .. } = convolution;
        let mut source = Source { first: *input, second: None, doubled: *doubled, before: activated(before) };
        if before.norm().is_some() {
            return source;
        }
        loop {
            match self.producers.get(&source.first) {
                Some(Operation::Activation(x, activation)) if source.before.is_none() => {
                    (source.first, source.before) = (*x, Some(*activation));
                }
                Some(Operation::Doubled(x)) if !source.doubled && *side == Side::Three => {
                    (source.first, source.doubled) = (*x, true);
                }
                Some(Operation::Concatenation(first, second)) => {
                    return Source { first: *first, second: Some(*second), ..source };
                }
                _ => return source,
            }
        }
    }

    fn convolution(&mut self, planned: &plan::Convolution, map: Map, end: End) -> Binding {
        let source = self.source(planned);
        let (x, first) = (self.map(source.first), self.plan.shape(source.first));
        let second = source.second.map(|map| (self.map(map), self.plan.shape(map).channels));
        let rows = planned.before.rows().map(|map| self.map(map));
        let (statistics, norm) = match planned.before.norm() {
            Some(_) => {
                let (binding, parts) = self.statistics(planned.input);
                (binding, Some(parts))
            }
            None => (Binding::Nothing, None),
        };
        let skip = planned.skip.map(|map| self.map(map));
        let input = Shape { channels: first.channels + second.map_or(0, |(_, channels)| channels), ..first };
        let written = self.plan.shape(map);
        let output = match end.unfold {
            true => Shape {
                height: written.height / 2,
                width: written.width / 2,
                channels: 4 * written.channels,
                ..written
            },
            false => written,
        };
        let kernel = Convolution {
            input,
            first: first.channels,
            output,
            side: planned.side,
            stride: planned.stride,
            doubled: source.doubled,
            norm,
            modulated: rows.is_some(),
            before: source.before,
            skip: skip.is_some(),
            after: end.activation,
            sums: self.normalized.contains(&map) && !end.unfold,
            unfold: end.unfold,
            division: Division::USUAL,
        };
        let kernel = Convolution { division: (self.divide)(&kernel), ..kernel };
        let weight = self.weights(&kernel.pack(planned));
        let parameters = self.weights(&kernel.parameters(planned));
        let other = rows.or(second.map(|(binding, _)| binding)).unwrap_or(Binding::Nothing);
        let reads = [x, other, statistics, weight, parameters, skip.unwrap_or(Binding::Nothing)];
        let parts = kernel.tiles();
        let sums = if kernel.sums { 2 * output.batch * parts * output.channels / GROUP } else { 0 };
        let y = self.push(kernel.shader(), kernel.workgroups(), &reads, &[output.size(), sums]);
        if kernel.sums {
            self.sums.insert(map, (Binding::Slot(self.found.slots.len() - 1), parts));
        }
        y
    }

    /// Where the statistics of a map are, and in how many parts.
    fn statistics(&mut self, map: Map) -> (Binding, usize) {
        let (x, shape) = (self.map(map), self.plan.shape(map));
        if let Some(found) = self.sums.get(&map) {
            return *found;
        }
        let kernel = Statistics(shape);
        let sums = self.push(kernel.shader(), kernel.workgroups(), &[x], &[2 * shape.batch * shape.channels / GROUP]);
        self.sums.insert(map, (sums, 1));
        (sums, 1)
    }

    fn normalized(&mut self, x: Map, norm: &Norm, shape: Shape) -> Binding {
        let (statistics, parts) = self.statistics(x);
        let parameters = self.weights(&[norm.scale.as_slice(), &norm.shift].concat());
        let kernel =
            Rearrangement { kind: Kind::Same, shape, first: shape.channels, norm: Some(parts), activation: None };
        let reads = [self.map(x), Binding::Nothing, statistics, parameters];
        self.push(kernel.shader(), kernel.workgroups(), &reads, &[shape.size()])
    }

    fn rearranged(&mut self, kernel: Rearrangement, x: Map, other: Option<Map>) -> Binding {
        let (x, other) = (self.map(x), other.map_or(Binding::Nothing, |map| self.map(map)));
        let reads = [x, other, Binding::Nothing, Binding::Nothing];
        self.push(kernel.shader(), kernel.workgroups(), &reads, &[kernel.shape.size()])
    }

    /// One more launch, which writes slots of so many numbers; says which is the first.
    fn push(&mut self, shader: Shader, workgroups: [usize; 3], reads: &[Binding], writes: &[usize]) -> Binding {
        let mut bindings = reads.to_vec();
        let first = self.found.slots.len();
        for size in writes {
            bindings.push(if *size > 0 { Binding::Slot(self.found.slots.len()) } else { Binding::Nothing });
            self.found.slots.extend((*size > 0).then_some(*size));
        }
        self.found.launches.push(Launch { shader, bindings, workgroups });
        Binding::Slot(first)
    }

    fn weights(&mut self, numbers: &[f32]) -> Binding {
        let weights = &mut self.found.weights;
        let at = weights.len();
        weights.extend(numbers);
        weights.resize(weights.len().next_multiple_of(ALIGNMENT), 0.0);
        Binding::Weights { at, count: numbers.len() }
    }
}

/// What a convolution's kernel does with its output.
#[derive(Debug, Clone, Copy, Default)]
struct End {
    activation: Option<Activation>,
    unfold: bool,
}

/// What a convolution's kernel reads: a map or two beside each other, activated, and doubled.
struct Source {
    first: Map,
    second: Option<Map>,
    doubled: bool,
    before: Option<Activation>,
}
