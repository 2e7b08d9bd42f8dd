package memory

import (
	"context"
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// The limit leaves a quarter of the machine to the system and to others. Collecting
// garbage is worth much time once nine tenths of the limit are taken; an explicit
// limit may not come nearer to what kills the process than a twentieth.
const (
	usualShare   = 0.75
	collectShare = 0.9
	mostShare    = 0.95
	pause        = 25 * time.Millisecond // between two looks
	grace        = 30 * time.Second      // to sum up what there is
)

// Usual returns the limit of a process whose user sets none, in bytes.
func Usual() int64 { return int64(usualShare * float64(Machine())) }

// Exceeded is the cause of a context that ended because memory ran out.
type Exceeded struct {
	Limit, Taken int64 // bytes
}

func (e *Exceeded) Error() string {
	return fmt.Sprintf("the memory limit of %s is reached", Text(e.Limit))
}

// Grace says how long who stops for this cause may take to do so.
func (e *Exceeded) Grace() time.Duration { return grace }

// Watcher looks at what a process takes.
type Watcher struct {
	limit   atomic.Int64
	cancel  context.CancelCauseFunc
	stop    chan struct{}
	stopped sync.WaitGroup
	usual   int64 // what the runtime aimed at before
}

// key is where a context carries its watcher.
type key struct{}

// Watch returns a context that ends with the cause *[Exceeded] once the process
// takes more than the limit, [Usual] until [Watcher.SetLimit] says otherwise.
func Watch(ctx context.Context) (context.Context, *Watcher) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &Watcher{cancel: cancel, stop: make(chan struct{}), usual: debug.SetMemoryLimit(-1)}
	w.SetLimit(Usual())
	w.stopped.Go(func() { w.watch(ctx) })
	return context.WithValue(ctx, key{}, w), w
}

// Of returns the watcher of a context, nil if it has none.
func Of(ctx context.Context) *Watcher {
	w, _ := ctx.Value(key{}).(*Watcher)
	return w
}

// SetLimit sets the limit in bytes; what the machine cannot give is not granted. A
// nil watcher limits nothing.
func (w *Watcher) SetLimit(bytes int64) {
	if w == nil {
		return
	}
	bytes = min(bytes, int64(mostShare*float64(Machine())))
	w.limit.Store(bytes)
	debug.SetMemoryLimit(min(w.usual, int64(collectShare*float64(bytes))))
}

// Limit returns the limit in bytes, [Usual] of a nil watcher.
func (w *Watcher) Limit() int64 {
	if w == nil {
		return Usual()
	}
	return w.limit.Load()
}

// Stop ends the watch.
func (w *Watcher) Stop() {
	close(w.stop)
	w.stopped.Wait()
	debug.SetMemoryLimit(w.usual)
	w.cancel(nil)
}

func (w *Watcher) watch(ctx context.Context) {
	look := time.NewTicker(pause)
	defer look.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ctx.Done():
			return
		case <-look.C:
			if taken, limit := Taken(), w.Limit(); taken > limit && w.certain(taken, limit) {
				w.cancel(&Exceeded{Limit: limit, Taken: taken})
				return
			}
		}
	}
}

// certain reports whether the process takes more than the limit without garbage.
func (w *Watcher) certain(taken, limit int64) bool {
	if taken > limit+limit/8 { // the collector has lost
		return true
	}
	collected := make(chan struct{})
	var aside sync.WaitGroup // nobody waits for a collection that is lost
	aside.Go(func() {
		debug.FreeOSMemory()
		close(collected)
	})
	look := time.NewTicker(pause)
	defer look.Stop()
	for {
		select {
		case <-collected:
			return Taken() > limit
		case <-look.C: // collecting takes long where the machine is busy
			if Taken() > limit+limit/8 {
				return true
			}
		}
	}
}

// Taken returns what the process has from the system, in bytes.
func Taken() int64 {
	samples := [...]metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples[:])
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// Text writes bytes for people.
func Text(bytes int64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}} {
		if v := float64(bytes) / u.size; v >= 1 {
			return fmt.Sprintf("%.3g %s", v, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}
