package scenarios

import (
	"slices"
	"testing"
)

func TestChangesAreThoseThatWereMade(t *testing.T) {
	a, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	if c := Changes(a, a); len(c) > 0 {
		t.Errorf("a scenario differs from itself: %v", c)
	}
	b, err := parse(good, "autoscaling_group.web.policy.0.target_value=60.0", "run.seed=43", `launch_template.web.user_data={ duration = "10s" }`)
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{
		{"autoscaling_group.web.policy.0.target_value", "50.0", "60.0"},
		{"launch_template.web.user_data.duration", `"45s"`, `"10s"`},
		{"run.seed", "42", "43"},
	}
	if got := Changes(a, b); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
