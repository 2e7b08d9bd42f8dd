package buying

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"headroom/model"
)

// kept is a keeper in memory.
type kept struct {
	mu   sync.Mutex
	left map[string][]byte
	own  int // that came from outside the test: simulated
}

func (k *kept) Recall(way string, index int) ([]byte, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, known := k.left[fmt.Sprint(way, index)]
	return b, known, nil
}

func (k *kept) Keep(way string, index int, left []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.left[fmt.Sprint(way, index)] = left
	k.own++
}

// A purchase that was interrupted after any number of replications recommends the same when it goes on,
// and simulates nothing twice.
func TestPurchaseGoesOnWhereItWas(t *testing.T) {
	ways := []Way{{Name: "On-Demand", Config: jobs()}, {Name: "half", Config: jobs()}}
	judged := []model.Threshold{{Key: "cost.total", Operator: "<", Limit: 1e6}, {Key: "availability", Operator: ">", Limit: 0.5}}
	want := must(BuyFleet(t.Context(), ways, judged, options()))
	for after := 1; after <= 8; after++ {
		k := &kept{left: map[string][]byte{}}
		ctx, o := interrupting(t, after)
		o.Keeper = k
		if _, err := BuyFleet(ctx, ways, judged, o); after < 8 && !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d: %v", after, err)
		}
		o = options()
		o.Keeper = k
		last := 0
		o.Progress = func(done int) { last = done }
		got := must(BuyFleet(t.Context(), ways, judged, o))
		if !equal(got, want) {
			t.Errorf("after %d replications it goes on to\n%+v\nwant\n%+v", after, got.Purchases, want.Purchases)
		}
		if k.own != 8 || last != 8 {
			t.Errorf("after %d replications %d were simulated in all and %d counted, want 8", after, k.own, last)
		}
	}
}

// equal compares purchases by what they print: some of their numbers are none.
func equal(a, b *Fleet) bool {
	return fmt.Sprintf("%+v", a.Purchases) == fmt.Sprintf("%+v", b.Purchases) && reflect.DeepEqual(a.Warnings, b.Warnings)
}

// What is kept of another scenario is told, not used.
func TestWhatIsKeptOfAnotherScenarioIsAnError(t *testing.T) {
	ways := []Way{{Name: "On-Demand", Config: jobs()}}
	k := &kept{left: map[string][]byte{}}
	o := options()
	o.Keeper = k
	must(BuyFleet(t.Context(), ways, nil, o))
	if _, err := BuyFleet(t.Context(), ways, []model.Threshold{{Key: "availability", Operator: ">"}}, o); err == nil {
		t.Error("replications without the metric were taken")
	}
	k.left["On-Demand2"] = []byte("no replication")
	if _, err := BuyFleet(t.Context(), ways, nil, o); err == nil {
		t.Error("what is no replication was taken")
	}
}

// All of a ledger is written: it has no field that encoding/gob passes over, and no pointer, whose zero gob
// would make nil.
func TestLedgersAreKeptWhole(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(at string, of reflect.Type)
	walk = func(at string, of reflect.Type) {
		if seen[of] || of == reflect.TypeFor[time.Time]() {
			return
		}
		seen[of] = true
		switch of.Kind() {
		case reflect.Struct:
			for i := range of.NumField() {
				if f := of.Field(i); !f.IsExported() {
					t.Errorf("%s.%s is not kept", at, f.Name)
				} else {
					walk(at+"."+f.Name, f.Type)
				}
			}
		case reflect.Slice, reflect.Array:
			walk(at+"[]", of.Elem())
		case reflect.Pointer, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("%s is a %s", at, of.Kind())
		}
	}
	walk("Ledger", reflect.TypeFor[model.Ledger]())
	if len(seen) < 30 {
		t.Errorf("%d types in a ledger", len(seen))
	}
}
