// Package page answers: how does a person see what a run, a comparison, a sweep or a
// search showed, and pass it on?
//
// [Open] reads the folder of a run, or several runs to lay over each other, and
// [Page.Write] makes one HTML file of them; [Content] is that file among those that a
// command saves. Plots over time are drawn by uPlot (assets/uplot.js), all other
// pictures are SVG.
//
// # Vocabulary
//
//   - A document is sections of parts: tiles, tables, plots over time, figures, trees.
//   - A mark is something that happened, at its time and with its reason.
//   - A series is thinned to what a plot can show: of each bucket of minutes the least
//     and the greatest value stay.
//
// # Guarantees and costs
//
// The file asks the network for nothing, which its content security policy enforces. It
// can be read without scripts: behind every plot is a table. The same folder gives the
// same bytes. A month of minutes becomes at most mostPoints points a line, and marks
// beyond mostMarks of a kind are taken together, so that no page is large. What is read
// is read by the names of columns; those that are not there are not shown.
//
// # How to extend it
//
// A plot of the day is an entry of dayPlots (plots.go), a kind of mark one of markKinds
// (marks.go). A section is a function that returns one, called in run.go. What a part
// may be is in document.go and assets/page.html.
package page
