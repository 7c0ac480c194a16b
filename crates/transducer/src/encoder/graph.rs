//! Finds weights by their place in the graph: quantising renamed most of them to numbers, but each
//! is still tied by nodes to a bias that kept its name.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    LoadError,
    onnx::{self, Node, Tensor},
};

/// A graph with its names indexed.
pub(super) struct Graph<'a> {
    tensors: HashMap<&'a str, Tensor<'a>>,
    nodes: Vec<Node<'a>>,
    /// Which node writes a name.
    writers: HashMap<&'a str, usize>,
    /// Which nodes read a name.
    readers: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Graph<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let (tensors, nodes) = onnx::read(bytes)?;
        let tensors = tensors.into_iter().map(|tensor| (tensor.name, tensor)).collect();
        let (mut writers, mut readers) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (index, node) in nodes.iter().enumerate() {
            for &output in &node.outputs {
                writers.insert(output, index);
            }
            for &input in &node.inputs {
                readers.entry(input).or_default().push(index);
            }
        }
        Ok(Self { tensors, nodes, writers, readers })
    }

    /// The initializer called `name`.
    pub fn tensor(&self, name: &str) -> Result<&Tensor<'a>, LoadError> {
        self.tensors.get(name).ok_or_else(|| LoadError::Missing(name.to_owned()))
    }

    /// The floats of the initializer called `name`, which must have the shape `dims`.
    pub fn floats(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, LoadError> {
        let tensor = self.tensor(name)?;
        let values = tensor.floats().filter(|_| tensor.dims == dims);
        values.ok_or_else(|| LoadError::Shape(name.to_owned()))
    }

    /// The one float of the initializer called `name`.
    pub fn scalar(&self, name: &str) -> Result<f32, LoadError> {
        let tensor = self.tensor(name)?;
        let value = tensor.floats().and_then(|values| values.first().copied());
        value.filter(|v| v.is_finite()).ok_or_else(|| LoadError::Shape(name.to_owned()))
    }

    /// The first node with the operator `operator` that reads `name`.
    pub fn reader(&self, name: &str, operator: &str) -> Result<&Node<'a>, LoadError> {
        self.follow(name, &[operator])
    }

    /// The node at the end of a path that starts at `name` and passes nodes of these operators.
    pub fn follow(&self, name: &str, operators: &[&str]) -> Result<&Node<'a>, LoadError> {
        self.search(name, operators)
            .ok_or_else(|| LoadError::Missing(format!("what follows {name}")))
    }

    /// Level by level, and each name once a level, so that no graph makes it take long.
    fn search(&self, name: &str, operators: &[&str]) -> Option<&Node<'a>> {
        let mut names = HashSet::from([name]);
        let mut found = None;
        for &operator in operators {
            let readers = names.iter().filter_map(|name| self.readers.get(name)).flatten();
            let nodes: BTreeSet<usize> =
                readers.copied().filter(|&node| self.nodes[node].operator == operator).collect();
            found = nodes.first().map(|&node| &self.nodes[node]);
            names =
                nodes.iter().flat_map(|&node| self.nodes[node].outputs.iter().copied()).collect();
        }
        found
    }

    /// The node that is reached backwards from `node` through writers of these operators.
    pub fn back<'s>(
        &'s self,
        node: &'s Node<'a>,
        operators: &[&str],
    ) -> Result<&'s Node<'a>, LoadError> {
        let mut node = node;
        for &operator in operators {
            let mut writers = node.inputs.iter().filter_map(|input| self.writers.get(input));
            node = writers
                .find_map(|&index| self.nodes.get(index).filter(|node| node.operator == operator))
                .ok_or_else(|| LoadError::Missing(format!("{operator} in front of a weight")))?;
        }
        Ok(node)
    }

    /// The initializer among the inputs of `node`.
    pub fn constant(&self, node: &Node<'a>) -> Result<&'a str, LoadError> {
        let constant = node.inputs.iter().find(|input| self.tensors.contains_key(*input));
        constant.copied().ok_or_else(|| LoadError::Missing("a constant".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::onnx::tests::nested;

    fn node(input: &str, operator: &str, output: &str) -> Vec<u8> {
        let fields = [(1, input), (2, output), (4, operator)];
        nested(1, &fields.map(|(number, text)| nested(number, text.as_bytes())).concat())
    }

    #[test]
    fn a_path_is_found_past_nodes_that_only_look_like_its_start() {
        let nodes = [
            node("bias", "Add", "sum"),
            node("sum", "Slice", "keys"),
            node("sum", "Slice", "queries"),
            node("queries", "Reshape", "rows"),
        ];
        let file = nested(7, &nodes.concat());
        let graph = Graph::read(&file).unwrap();
        assert_eq!(graph.follow("bias", &["Add", "Slice", "Reshape"]).unwrap().outputs, ["rows"]);
        assert_eq!(graph.reader("bias", "Add").unwrap().outputs, ["sum"]);
        assert!(graph.follow("bias", &["Add", "Reshape"]).is_err());
        let last = graph.reader("queries", "Reshape").unwrap();
        assert_eq!(graph.back(last, &["Slice", "Add"]).unwrap().inputs, ["bias"]);
        assert!(graph.back(last, &["Add"]).is_err());
    }

    #[test]
    fn a_graph_full_of_equal_paths_takes_no_longer_than_its_size() {
        let file = nested(7, &node("a", "Add", "a").repeat(3000));
        let graph = Graph::read(&file).unwrap();
        // Each step could go 3000 ways.
        assert!(graph.follow("a", &["Add"; 8]).is_ok());
    }
}
