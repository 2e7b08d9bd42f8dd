package health

import "testing"

func TestMatchersTakeStatusesAndRanges(t *testing.T) {
	for _, c := range []struct {
		text      string
		kind      Kind
		sound     bool
		has, lack int
	}{
		{"200", ALB, true, 200, 201},
		{"200,204", ALB, true, 204, 202},
		{"200-299, 301", ALB, true, 299, 300},
		{"200-499", ALB, true, 499, 500},
		{"200-500", ALB, false, 0, 0},
		{"200-599", NLBHTTP, true, 503, 199},
		{"199", NLBHTTP, false, 0, 0},
		{"300-200", ALB, false, 0, 0},
		{"", ALB, false, 0, 0},
		{"2xx", ALB, false, 0, 0},
	} {
		m, err := ParseMatcher(c.text, c.kind)
		if (err == nil) != c.sound || c.sound && (!m.Contains(c.has) || m.Contains(c.lack)) {
			t.Errorf("%q of kind %d: got %v, %v; want %d and not %d", c.text, c.kind, m, err, c.has, c.lack)
		}
	}
	if m := (Matcher)(nil); !m.Contains(200) || m.Contains(201) {
		t.Error("the zero matcher must be 200 alone")
	}
}
