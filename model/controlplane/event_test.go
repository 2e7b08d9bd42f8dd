package controlplane

import (
	"reflect"
	"runtime"
	"strings"
	"testing"

	"headroom/sim"
)

func TestEveryKindHasARow(t *testing.T) {
	names := map[string]bool{}
	for k, r := range newTable() {
		if k == 0 {
			if r.name != "" || r.handle != nil {
				t.Errorf("kind 0 is nobody's, its row is %q", r.name)
			}
			continue
		}
		if r.name == "" || r.operand == "" || r.handle == nil {
			t.Errorf("kind %d: its row %+v is not complete", k, r)
			continue
		}
		if names[r.name] {
			t.Errorf("kind %d: %s has a row already", k, r.name)
		}
		names[r.name] = true
		handler := runtime.FuncForPC(reflect.ValueOf(r.handle).Pointer()).Name()
		if want := ".on" + strings.ToUpper(r.name[:1]) + r.name[1:]; !strings.HasSuffix(handler, want) {
			t.Errorf("%s is handled by %s, want %s", r.name, handler, want)
		}
		if r.rank > sim.RankObserve {
			t.Errorf("%s: unknown rank %d", r.name, r.rank)
		}
	}
}
