package sim

import "testing"

func TestStartAtKeepsTheTotalOrder(t *testing.T) {
	k := NewKernel[int]()
	line := k.NewTimer(0, RankArrival)
	line.StartAt(10, 1)
	k.At(10, RankArrival, 2)
	line.StartAt(10, 3)
	line.StartAt(20, 5)
	k.At(10, RankRelease, 0)
	k.At(20, RankRelease, 4)
	for want := range 6 {
		if got, ok := k.Next(Never); !ok || got != want {
			t.Errorf("got %d, %v; want %d", got, ok, want)
		}
	}
}

func TestStartAtRefusesToGoBack(t *testing.T) {
	k := NewKernel[int]()
	line := k.NewTimer(0, RankArrival)
	line.StartAt(10, 1)
	defer func() {
		if recover() == nil {
			t.Error("an instant before one that waits was accepted")
		}
	}()
	line.StartAt(9, 2)
}
