package main

import "strings"

// speedNotice goes with the table of speeds, which is not under the licence of
// the program: a table derived from CC BY-SA data stays CC BY-SA.
const speedNotice = `# CPU speeds of Amazon EC2 instance families, m5.large = 1.
# (c) Spare Cores, https://github.com/SpareCores/sc-inspector-data, commit 804d3c71 (2026-08-22).
# Changed by the headroom authors: geometric means of several benchmarks, and of
# them the median over the sizes of a family; see ../derive/speeds.go.
# Licence: CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/. Keep this notice.
`

// speeds derives the speed of each family's vCPUs: the median over its measured
// sizes of 2 to 16 vCPUs, because one machine's measurement has a few per cent
// of luck in it. Empty cells: nothing was measured, nor any family with the
// same processors.
//
//   - busy: per vCPU while all are busy, the geometric mean of PassMark 11
//     (integer, float, sort, compress) and Redis SET, one server per vCPU.
//   - alone: one busy thread, the geometric mean of Geekbench 6 single core,
//     PassMark single thread and the compression rate of gzip, bzip2, brotli
//     and lzma.
//   - like: the family or families with the same processors that the figures
//     come from, where the family itself was not measured.
func (in *source) speeds() output {
	out := output{path: "speeds.csv", notice: speedNotice, header: "family,busy,alone,like"}
	rows := map[string]string{}
	for _, r := range in.speed {
		family, _, _ := strings.Cut(r["type"], ".")
		like, sibling := strings.CutPrefix(r["basis"], "sibling ")
		if !sibling { // measured, or has siblings nowhere
			like = ""
		}
		rows[family] = row(family, r["speed_per_vcpu_family"], r["speed_single_family"], like)
	}
	for _, line := range rows { // sorted when written
		out.rows = append(out.rows, line)
	}
	return out
}
