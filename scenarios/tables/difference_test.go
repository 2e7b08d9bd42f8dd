package tables

import (
	"slices"
	"testing"

	"headroom/scenarios/tree"
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
	want := []tree.Change{
		{Path: "autoscaling_group.web.policy.0.target_value", A: "50.0", B: "60.0"},
		{Path: "launch_template.web.user_data.duration", A: `"45s"`, B: `"10s"`},
		{Path: "run.seed", A: "42", B: "43"},
	}
	if got := Changes(a, b); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLabelsNamePolicies(t *testing.T) {
	s, err := parse(good, `autoscaling_group.web.policy.0.name="cpu"`)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"autoscaling_group.web.policy.0.target_value": "autoscaling_group.web.policy.cpu.target_value",
		"autoscaling_group.web.policy.9.target_value": "autoscaling_group.web.policy.9.target_value",
		"run.seed":                   "run.seed",
		`workload.users.path."/a.b"`: `workload.users.path."/a.b"`,
		"run..seed":                  "run..seed",
	} {
		if got := s.Label(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	if s, err = parse(good); err != nil {
		t.Fatal(err)
	}
	if got := s.Label("autoscaling_group.web.policy.0"); got != "autoscaling_group.web.policy.policy-0" {
		t.Errorf("a policy without a name of its own: %s", got)
	}
}
