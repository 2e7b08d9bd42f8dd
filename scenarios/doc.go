// Package scenarios answers: which scenarios are there, and what does a file
// describe?
//
// [Load] reads a scenario: a file of the disk, or one of those that stand in this
// folder. README.md is their gallery, and the map of the rooms below:
//
//   - tree: text with what it includes → nodes with their positions
//   - schema: what a key is, and the cursors that read it
//   - space: the points of [sweep], the candidates of [search]
//   - tables: the tables of a scenario, one file each → a cloud.Config
package scenarios
