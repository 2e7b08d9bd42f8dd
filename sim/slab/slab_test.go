package slab

import (
	"fmt"
	"slices"
	"testing"
)

func TestTheZeroHandleIsNeverValid(t *testing.T) {
	var s Slab[int]
	if got := s.Get(0); got != nil {
		t.Errorf("empty slab: got %v, want nil", got)
	}
	h, _ := s.Alloc()
	if h == 0 || s.Get(0) != nil {
		t.Errorf("handle %v, Get(0) = %v; want another handle, nil", h, s.Get(0))
	}
	s.Free(h)
	if got := s.Get(0); got != nil {
		t.Errorf("after Free: got %v, want nil", got)
	}
}

func TestFreedSlotsAreReusedLastInFirstOutAndZeroed(t *testing.T) {
	var s Slab[int]
	var handles []Handle
	for i := range 3 {
		h, v := s.Alloc()
		*v = 10 + i
		handles = append(handles, h)
	}
	s.Free(handles[0])
	s.Free(handles[2])
	for _, want := range []int{2, 0, 3} {
		h, v := s.Alloc()
		if h.Index() != want || *v != 0 {
			t.Errorf("slot %d with value %d, want slot %d with 0", h.Index(), *v, want)
		}
		if slices.Contains(handles, h) {
			t.Errorf("handle %v was given out twice", h)
		}
	}
	if s.Len() != 4 || len(s.slots) != 4 {
		t.Errorf("%d live of %d slots, want 4 of 4", s.Len(), len(s.slots))
	}
}

func TestBumpKeepsTheValueAndOvertakesItsHandles(t *testing.T) {
	var s Slab[string]
	old, v := s.Alloc()
	*v = "web-1"
	h := s.Bump(old)
	if s.Get(old) != nil {
		t.Errorf("the old handle %v is still valid", old)
	}
	if got := s.Get(h); got == nil || *got != "web-1" {
		t.Errorf("the new handle %v names %v, want web-1", h, got)
	}
	if index, got := s.At(h.Index()); index != h || *got != "web-1" {
		t.Errorf("At gives %v %v, want %v web-1", index, got, h)
	}
}

func TestStaleHandlesPanic(t *testing.T) {
	var s Slab[int]
	h, _ := s.Alloc()
	s.Free(h)
	dead := handle(0, s.slots[0].generation)
	for name, act := range map[string]func(){
		"free twice":   func() { s.Free(h) },
		"bump freed":   func() { s.Bump(h) },
		"free zero":    func() { s.Free(0) },
		"free foreign": func() { s.Free(handle(7, 1)) },
		"free dead":    func() { s.Free(dead) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			act()
		})
	}
}

func TestAWornOutSlotKeepsTheZeroHandleInvalid(t *testing.T) {
	var s Slab[int]
	s.Alloc()
	s.slots[0].generation = 1<<32 - 1
	s.Free(handle(0, 1<<32-1))
	if s.Get(0) != nil {
		t.Error("the zero handle has become valid")
	}
	if h, _ := s.Alloc(); s.Get(h) == nil || h>>32&1 == 0 {
		t.Errorf("handle %v of a worn-out slot is not live", h)
	}
}

func TestAllGoesByIndexAndToleratesFree(t *testing.T) {
	var s Slab[int]
	var handles []Handle
	for i := range 6 {
		h, v := s.Alloc()
		*v = i
		handles = append(handles, h)
	}
	s.Free(handles[1])
	var got []int
	for h, v := range s.All() {
		got = append(got, *v)
		s.Free(h)
		if len(got) == 2 {
			s.Free(handles[4])
		}
		if len(got) == 4 {
			break
		}
	}
	if want := []int{0, 2, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("visited %v, want %v", got, want)
	}
	if s.Len() != 0 {
		t.Errorf("%d live, want 0", s.Len())
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	var s Slab[[4]uint64]
	var handles [64]Handle
	cycle := func() {
		for i := range handles {
			handles[i], _ = s.Alloc()
		}
		for i := range handles {
			handles[i] = s.Bump(handles[i])
			s.Free(handles[i])
		}
	}
	cycle()
	if got := testing.AllocsPerRun(100, cycle); got != 0 {
		t.Errorf("%v allocations, want 0", got)
	}
}

// FuzzSlabAgreesWithMap reads a script of two bytes a step and compares the
// slab with a map from every handle that is valid to its value.
func FuzzSlabAgreesWithMap(f *testing.F) {
	f.Add([]byte("alloc, bump, free, and again from the beginning until it ends"))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 4, 0, 4, 1, 0, 0, 6, 0, 0, 0, 4, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		var s Slab[uint64]
		var given []Handle
		twin := map[Handle]uint64{}
		for step := uint64(1); len(script) >= 2; step++ {
			op, pick := script[0]%8, int(script[1])
			script = script[2:]
			if op < 4 || len(given) == 0 {
				h, v := s.Alloc()
				if _, known := twin[h]; known || slices.Contains(given, h) || *v != 0 {
					t.Fatalf("step %d: handle %v given before, or value %d not zero", step, h, *v)
				}
				*v, twin[h] = step, step
				given = append(given, h)
				continue
			}
			h := given[pick%len(given)]
			value, live := twin[h]
			if panics := didPanic(func() {
				if op < 6 {
					s.Free(h)
					return
				}
				bumped := s.Bump(h)
				twin[bumped] = value
				given = append(given, bumped)
			}); panics == live {
				t.Fatalf("step %d: panic %v for handle %v, live %v", step, panics, h, live)
			}
			delete(twin, h)
			compare(t, &s, twin, given)
		}
	})
}

func compare(t *testing.T, s *Slab[uint64], twin map[Handle]uint64, given []Handle) {
	for _, h := range given {
		want, live := twin[h]
		if got := s.Get(h); (got != nil) != live || live && *got != want {
			t.Fatalf("handle %v: got %v, want %d, %v", h, got, want, live)
		}
	}
	last, n := -1, 0
	for h, v := range s.All() {
		if want, live := twin[h]; !live || *v != want || h.Index() <= last {
			t.Fatalf("All gives %v = %d after index %d, want %d, %v", h, *v, last, want, live)
		}
		last = h.Index()
		n++
	}
	if n != len(twin) || s.Len() != n {
		t.Fatalf("All gives %d, Len %d, want %d", n, s.Len(), len(twin))
	}
}

func didPanic(act func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	act()
	return false
}

func BenchmarkGet(b *testing.B) {
	var s Slab[[4]uint64]
	var handles [1024]Handle
	for i := range handles {
		handles[i], _ = s.Alloc()
	}
	var sum uint64
	for i := 0; b.Loop(); i++ {
		sum += s.Get(handles[i%len(handles)])[0]
	}
	_ = sum
}

func BenchmarkAllocFree(b *testing.B) {
	var s Slab[[4]uint64]
	for b.Loop() {
		h, _ := s.Alloc()
		s.Free(h)
	}
}

func ExampleSlab() {
	type instance struct{ name string }
	var fleet Slab[instance]
	h, in := fleet.Alloc()
	in.name = "web-1"
	fmt.Println(fleet.Get(h).name)
	fleet.Free(h)
	fmt.Println(fleet.Get(h) == nil, fleet.Len())
	// Output:
	// web-1
	// true 0
}

// A list that grows copies less than two values for each that is added, however long it becomes.
func TestRoomCopiesLessThanTwice(t *testing.T) {
	const n = 1_000_000
	copied := 0
	var list []uint32
	for i := range uint32(n) {
		before := cap(list)
		longer := Room(list)
		if cap(longer) != before {
			copied += len(list)
		}
		list = append(longer, i)
	}
	if copied >= 2*n {
		t.Errorf("%d values were copied to make a list of %d, want less than twice as many", copied, n)
	}
	for i, v := range list {
		if v != uint32(i) {
			t.Fatalf("value %d of the list is %d", i, v)
		}
	}
}
