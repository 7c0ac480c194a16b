//! The sentences a speech engine may hear, as a graph of words.
//!
//! It is the form in which sentence templates reach a speech engine without the engine knowing
//! templates, or the templates knowing engines.

/// A place between two words.
pub type NodeId = u32;

/// One step through the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// Where the step starts.
    pub from: NodeId,
    /// Where it leads.
    pub to: NodeId,
    /// Index into [`WordGraph::words`]; `None` is a step without a word.
    pub word: Option<u32>,
    /// Natural logarithm of the probability of this step, 0 at most.
    pub weight: f32,
}

/// A graph of words: every path from [`WordGraph::start`] to [`WordGraph::end`] is a sentence.
///
/// Words are lower case, as people say them: `twenty five`, not `25`. Names of the household are
/// among them, so it has no `Debug`.
#[derive(Clone, Default, PartialEq)]
pub struct WordGraph {
    words: Vec<String>,
    index: std::collections::HashMap<String, u32>,
    arcs: Vec<Arc>,
    nodes: u32,
    end: NodeId,
}

impl WordGraph {
    /// A graph with a start and an end and nothing between.
    pub fn new() -> Self {
        Self { nodes: 2, end: 1, ..Self::default() }
    }

    /// Where every sentence starts.
    pub fn start(&self) -> NodeId {
        0
    }

    /// Where every sentence ends.
    pub fn end(&self) -> NodeId {
        self.end
    }

    /// Number of nodes.
    pub fn node_count(&self) -> u32 {
        self.nodes
    }

    /// The distinct words, addressed by [`Arc::word`].
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// All arcs, in the order in which they were added.
    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// A new node.
    pub fn add_node(&mut self) -> NodeId {
        self.nodes += 1;
        self.nodes - 1
    }

    /// Adds a step for `word`, or one without a word.
    pub fn add_arc(&mut self, from: NodeId, to: NodeId, word: Option<&str>, weight: f32) {
        let word = word.map(|word| self.intern(word));
        self.arcs.push(Arc { from, to, word, weight });
    }

    fn intern(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.index.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), id);
        id
    }

    /// Whether these words, in this order, are a sentence of the graph.
    pub fn accepts<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> bool {
        let mut here = self.closure(vec![self.start()]);
        for word in words {
            let Some(&id) = self.index.get(word) else { return false };
            let next = self
                .arcs
                .iter()
                .filter(|arc| arc.word == Some(id) && here.binary_search(&arc.from).is_ok())
                .map(|arc| arc.to)
                .collect();
            here = self.closure(next);
        }
        here.binary_search(&self.end).is_ok()
    }

    /// Everything reachable without a word, sorted.
    fn closure(&self, mut nodes: Vec<NodeId>) -> Vec<NodeId> {
        let mut seen: std::collections::BTreeSet<NodeId> = nodes.iter().copied().collect();
        while let Some(node) = nodes.pop() {
            for arc in self.arcs.iter().filter(|arc| arc.word.is_none() && arc.from == node) {
                if seen.insert(arc.to) {
                    nodes.push(arc.to);
                }
            }
        }
        seen.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_exactly_its_paths() {
        let mut graph = WordGraph::new();
        let (turn, on) = (graph.add_node(), graph.add_node());
        graph.add_arc(graph.start(), turn, Some("turn"), 0.0);
        graph.add_arc(turn, on, Some("on"), 0.0);
        graph.add_arc(turn, on, Some("off"), 0.0);
        graph.add_arc(on, graph.end(), None, 0.0);
        assert!(graph.accepts(["turn", "on"]));
        assert!(graph.accepts(["turn", "off"]));
        assert!(!graph.accepts(["turn"]));
        assert!(!graph.accepts(["turn", "on", "on"]));
        assert!(!graph.accepts(["stop"]));
        assert_eq!(graph.words().len(), 3);
    }
}
