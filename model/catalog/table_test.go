package catalog

import (
	"slices"
	"strings"
	"testing"
)

// What blocks answer is what the rows in one piece do.
func TestBlocksAnswerAsOnePieceDoes(t *testing.T) {
	for name, blocks := range map[string]table{"types": types(), "instances": mustOpen(t, "us-east-1").instances} {
		var rows []string
		unpacked := 0
		for _, b := range blocks {
			unpacked += len(b.rows())
			rows = append(rows, b.rows()...)
		}
		if len(blocks) < 4 || unpacked/len(blocks) > 400 {
			t.Fatalf("%s: %d rows in %d blocks", name, unpacked, len(blocks))
		}
		keys := []string{"", "0", "a", "zz", "m5", "m5.", "m5.large", "m5.large,linux", "m5.largest", "z1d.metal,linuy"}
		for _, b := range blocks {
			last := b.rows()[len(b.rows())-1]
			keys = append(keys, b.first, strings.TrimSuffix(b.first, ","), b.rows()[0], last, last+"x", row(last).cell(0), b.first[:2])
		}
		for _, key := range keys {
			var want []string
			for _, r := range rows {
				if strings.HasPrefix(r, key) {
					want = append(want, r)
				}
			}
			var got []string
			for r := range blocks.withPrefix(key) {
				got = append(got, string(r))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d rows begin with %q, want %d", name, len(got), key, len(want))
			}
			i := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, key+",") })
			if r, found := blocks.find(key); found != (i >= 0) || found && string(r) != rows[i] {
				t.Errorf("%s: %q gives %q, %v, want row %d", name, key, r, found, i)
			}
		}
	}
}
