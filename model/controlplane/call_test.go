package controlplane

import "testing"

// byThemselves are actions that are no call of the control plane: logins, and what an
// instance does to itself.
func byThemselves(k ActionKind) bool { return k.Protocol() != 0 || k == ShutdownInstance }

func TestEveryActionIsACallOrNone(t *testing.T) {
	for k := CreateVolume; k <= LastAction; k++ {
		a := Activity{Kind: k.String(), By: Operator}
		if k == AuthorizeRules || k == RevokeRules {
			a.Name = ruleCalls[k][0]
		}
		c, ok := a.Call()
		if ok == byThemselves(k) || ok && (c.Source == "" || c.Code != "") {
			t.Errorf("%s: %+v, a call: %v", k, c, ok)
		}
		a.Kind, a.Cause, a.Detail = "refused", k.String(), "it is not there, in [a] [InvalidInstanceID.NotFound]"
		if r, refused := a.Call(); refused != ok || r.Name != c.Name || r.Code != "InvalidInstanceID.NotFound" || r.Message != "it is not there, in [a]" {
			t.Errorf("%s refused: %+v", k, r)
		}
	}
}

func TestWhatNobodyAskedForIsNoCall(t *testing.T) {
	if c, ok := (&Activity{Kind: "terminate"}).Call(); ok {
		t.Errorf("%+v", c)
	}
}
