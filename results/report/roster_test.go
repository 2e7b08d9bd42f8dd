package report

import (
	"strings"
	"testing"
	"time"

	"headroom/sim/batch/jetstream"
)

// What a roll call has left out is told in every format that has room for it.
func TestRosterTellsWhatItLeavesOut(t *testing.T) {
	r := &jetstream.Roster{Ignored: 7, Workers: []jetstream.WorkerStatus{{Host: "h", Process: 1}}}
	for format, want := range map[Format]string{
		Table: "7 answers to the roll call or offers are left out", Markdown: "7 answers to the roll call", JSON: `"ignored": 7`,
	} {
		var b strings.Builder
		if err := WriteRoster(&b, Options{Format: format}, r, time.Unix(0, 0)); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v: %v\n%s\nwant %s", format, err, b.String(), want)
		}
	}
}
