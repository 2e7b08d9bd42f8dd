package schema

import "testing"

// A name that no key is near is that of the only key whose line speaks of it.
func TestUnknownKeysAreThoseThatLinesSpeakOf(t *testing.T) {
	s := New([]Key{
		Row("run", Inner(), "", "the run"),
		Row("run.audit", Whole(0, 9), "", "windows of the run, each of steps"),
		Row("run.step", Whole(0, 9), "", "the time in which steps are played"),
		Row("run.side", Whole(0, 9), "", "a view of it"),
		Row("other.audit", Whole(0, 9), "", "pictures"),
	}, nil)
	for name, want := range map[string]string{
		"windows":  "audit",
		"window":   "", // a part of a word
		"steps":    "", // of two
		"view":     "", // too short
		"pictures": "", // of another table
	} {
		if got := s.told("run", name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
