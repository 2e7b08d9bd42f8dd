package memory

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestContextEndsWhenMemoryRunsOut(t *testing.T) {
	ctx, w := Watch(context.Background())
	defer w.Stop()
	w.SetLimit(Taken() + 32<<20)
	var held [][]byte
	for range 64 { // 512 MiB, were nobody to stop it
		block := make([]byte, 8<<20)
		for i := range block {
			block[i] = 1
		}
		held = append(held, block)
		if ctx.Err() != nil {
			break
		}
		time.Sleep(pause)
	}
	over := (*Exceeded)(nil)
	if !errors.As(context.Cause(ctx), &over) || over.Taken <= over.Limit {
		t.Errorf("cause %v with %d MiB held", context.Cause(ctx), 8*len(held))
	}
	runtime.KeepAlive(held)
}

// Garbage of many times the limit ends nothing.
func TestGarbageEndsNothing(t *testing.T) {
	usual := debug.SetGCPercent(1000)
	defer debug.SetGCPercent(usual)
	ctx, w := Watch(context.Background())
	defer w.Stop()
	w.SetLimit(Taken() + 96<<20)
	n := 0
	for range 400 {
		block := make([]byte, 2<<20)
		for i := range block {
			block[i] = 1
		}
		n += len(block)
		time.Sleep(pause / 25)
	}
	if ctx.Err() != nil {
		t.Errorf("ended by garbage, of %d MiB: %v", n>>20, context.Cause(ctx))
	}
}

func TestLimitIsNeverMoreThanTheMachineHas(t *testing.T) {
	_, w := Watch(context.Background())
	defer w.Stop()
	if got := w.Limit(); got != Usual() {
		t.Errorf("usual limit %d, want %d", got, Usual())
	}
	w.SetLimit(1 << 62)
	if got, most := w.Limit(), Machine(); got >= most || got < most/2 {
		t.Errorf("limit %d of a machine of %d", got, most)
	}
	var none *Watcher
	none.SetLimit(5)
	if got := none.Limit(); got != Usual() {
		t.Errorf("limit %d without a watcher", got)
	}
}
