//! Circles in the graph of imports.

use super::graph::{Graph, Import};

/// Circles of files, each as the imports that close it. A file is reported in one circle only: when
/// that is opened the next run shows what is left.
pub(crate) fn circles(graph: &Graph) -> Vec<Vec<Import>> {
    let mut search = Search {
        graph,
        marks: vec![Mark::New; graph.modules.len()],
        trail: Vec::new(),
        found: Vec::new(),
    };
    for file in 0..graph.modules.len() {
        search.visit(file);
    }
    search.found
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    OnTrail,
    Done,
}

/// Depth first: an import of a file that is still on the trail closes a circle.
struct Search<'g> {
    graph: &'g Graph,
    marks: Vec<Mark>,
    trail: Vec<Import>,
    found: Vec<Vec<Import>>,
}

impl Search<'_> {
    fn visit(&mut self, file: usize) {
        if self.marks[file] != Mark::New {
            return;
        }
        self.marks[file] = Mark::OnTrail;
        for import in self
            .graph
            .imports
            .iter()
            .filter(|import| import.from == file)
        {
            self.trail.push(import.clone());
            if self.marks[import.to] == Mark::OnTrail {
                self.close(import.to);
            } else {
                self.visit(import.to);
            }
            self.trail.pop();
        }
        self.marks[file] = Mark::Done;
    }

    /// The trail from `file` back to itself.
    fn close(&mut self, file: usize) {
        let start = self.trail.iter().position(|import| import.from == file);
        let circle = self.trail[start.unwrap_or(0)..].to_vec();
        let files = |circle: &[Import]| circle.iter().map(|import| import.from).collect::<Vec<_>>();
        let shares = |known: &Vec<Import>| files(known).iter().any(|f| files(&circle).contains(f));
        if !self.found.iter().any(shares) {
            self.found.push(circle);
        }
    }
}
