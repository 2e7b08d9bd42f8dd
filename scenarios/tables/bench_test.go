package tables

import "testing"

// BenchmarkLoad reads an ordinary scenario.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := parse(good); err != nil {
			b.Fatal(err)
		}
	}
}
