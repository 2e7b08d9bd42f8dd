package sim

import "testing"

// twin is the kernel as one would write it first: one heap, no timers.
type twin struct {
	now      Time
	sequence uint64
	heap     quadHeap
}

func (w *twin) at(at Time, rank Rank, id uint64) {
	w.heap.push(item{uint64(at)<<rankBits | uint64(rank), w.sequence, payload{id: id}})
	w.sequence++
}

func (w *twin) next(horizon Time) (uint64, bool) {
	if len(w.heap) == 0 || Time(w.heap[0].key>>rankBits) > horizon {
		w.now = max(w.now, horizon)
		return 0, false
	}
	it := w.heap.pop()
	w.now = Time(it.key >> rankBits)
	return it.event.id, true
}

// FuzzKernelAgreesWithHeap reads a script of three bytes a step, runs it on a
// kernel with timers and on a plain heap, and compares every event.
func FuzzKernelAgreesWithHeap(f *testing.F) {
	f.Add([]byte("a quick brown fox schedules over the lazy horizon, again and again"))
	f.Add([]byte{0, 0, 9, 1, 0, 0, 12, 0, 0, 0, 0, 0, 6, 0, 1, 0, 0, 0, 12, 9, 1, 12, 9, 1})
	script := make([]byte, 30_000)
	state := uint64(1)
	for i := range script {
		state = state*6364136223846793005 + 1442695040888963407
		script[i] = byte(state >> 56)
	}
	f.Add(script)
	f.Add([]byte("000\x8d01")) // one event, and another rank is asked for
	f.Fuzz(agree)
}

func agree(t *testing.T, script []byte) {
	k, w := NewKernel[uint64](), &twin{}
	delays := []Time{0, 1, 5, Second}
	var timers []*Timer[uint64]
	timed := map[uint64]bool{} // those that a timer has
	for i, d := range delays {
		timers = append(timers, k.NewTimer(d, Rank(2*i)))
	}
	pull := func(horizon Time) bool {
		got, gotOK := k.Next(horizon)
		want, wantOK := w.next(horizon)
		if got != want || gotOK != wantOK || k.Now() != w.now || k.Pending() != len(w.heap) {
			t.Fatalf("next(%d): event %d, %v at %d with %d pending; the heap says %d, %v at %d with %d",
				horizon, got, gotOK, k.Now(), k.Pending(), want, wantOK, w.now, len(w.heap))
		}
		return gotOK
	}
	for id := uint64(1); len(script) >= 3; id++ {
		op, a, b := script[0]%16, Time(script[1]), script[2]
		script = script[3:]
		rank := Rank(b) % rankCount
		switch {
		case op < 2: // soon, often at this very instant
			k.At(k.Now()+a%4, rank, id)
			w.at(w.now+a%4, rank, id)
		case op < 5: // at any distance
			d := a << (b % 48)
			k.After(d, rank, id)
			w.at(w.now+d, rank, id)
		case op < 8: // one delay from now
			i := int(a) % len(timers)
			timers[i].Start(id)
			w.at(w.now+delays[i], Rank(2*i), id)
			timed[id] = true
		case op < 13:
			pull(Horizon / 2)
		case op < 14: // if it is of this instant and a rank
			tied := len(w.heap) > 0 && w.heap[0].key == uint64(w.now)<<rankBits|uint64(rank)
			may := k.Tied()
			got, ok := k.NextTied(rank)
			if ok != tied || tied && !may && !timed[got] {
				t.Fatalf("event %d of rank %d is next at %d: %v, said %v, want %v", got, rank, w.now, ok, may, tied)
			}
			if !tied {
				break
			}
			if want, _ := w.next(Horizon); got != want {
				t.Fatalf("event %d of rank %d is next at %d, want %d", got, rank, w.now, want)
			}
		default: // stop short of what is pending
			pull(k.Now() + a<<(b%32))
		}
		if k.Now() >= Horizon/2-Second {
			return
		}
	}
	for pull(Horizon) {
	}
}

// Bursts that come between events far apart fill the front, which gives its last ones
// back: everything still comes in order.
func TestBurstsBetweenEventsFarApartComeInOrder(t *testing.T) {
	for _, pending := range []int{10, 100, 1000, 10_000} {
		k, w, in := NewKernel[uint64](), &twin{}, newIncrements()
		id := uint64(0)
		schedule := func(delay Time) {
			id++
			k.At(k.Now()+delay, RankArrival, id)
			w.at(w.now+delay, RankArrival, id)
		}
		for range pending {
			schedule(in.next())
		}
		for step := range 5000 {
			got, _ := k.Next(Horizon)
			want, ok := w.next(Horizon)
			if got != want || !ok || k.Now() != w.now {
				t.Fatalf("%d pending, step %d: event %d at %v, want %d at %v", pending, step, got, k.Now(), want, w.now)
			}
			for len(w.heap) < pending {
				schedule(in.next())
			}
			if step%100 == 0 {
				for range 2 * frontFull {
					schedule(in.next() / Time(pending))
				}
			}
		}
	}
}
