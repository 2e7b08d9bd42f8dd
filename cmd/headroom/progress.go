package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far replications are and when the last will have finished, where
// somebody can see it: on a terminal.
type progress struct {
	container *mpb.Progress // nil: nobody looks
	bar       *mpb.Bar
	work      *work
}

// barSteps is how many steps of the bar a replication is.
const barSteps = 1000

func newProgress(name string, replications, workers int, quiet bool) progress {
	if quiet || !terminal(os.Stderr) {
		return progress{}
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	w := &work{all: replications, workers: workers, begin: time.Now(), shares: map[int]float64{}}
	container := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40))
	bar := container.AddBar(int64(replications)*barSteps,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name+" "), decor.Any(func(decor.Statistics) string { return w.counted() })),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string { return w.left(time.Now()) })),
	)
	return progress{container, bar, w}
}

// advance is told the number of replications that have finished.
func (p progress) advance(done int) {
	if p.bar != nil {
		p.bar.SetCurrent(p.work.finished(done))
	}
}

// moved is told how much of a replication is done.
func (p progress) moved(index int, share float64) {
	if p.bar != nil {
		p.bar.SetCurrent(p.work.moved(index, share))
	}
}

// end removes the bar.
func (p progress) end() {
	if p.container != nil {
		p.bar.Abort(true)
		p.container.Wait()
	}
}

// work is what of some replications is done, and by how many at a time.
type work struct {
	all, workers int
	begin        time.Time

	mu     sync.Mutex
	built  time.Time // when the first one had been built and moved; zero: none has
	done   int
	shares map[int]float64 // of those under way, by index
	most   int64           // that the bar has shown
}

// finished takes note of how many have finished. Those that were furthest have.
func (w *work) finished(done int) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ; w.done < done; w.done++ {
		furthest, most := -1, -1.0
		for index, share := range w.shares {
			if share > most || share == most && index < furthest {
				furthest, most = index, share
			}
		}
		delete(w.shares, furthest)
	}
	return w.steps()
}

func (w *work) moved(index int, share float64) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.built.IsZero() {
		w.built = time.Now()
	}
	w.shares[index] = max(w.shares[index], share)
	return w.steps()
}

// steps is where the bar stands, which never goes back.
func (w *work) steps() int64 {
	w.most = max(w.most, int64(w.ready()*barSteps))
	return w.most
}

// ready is how many replications' work is done.
func (w *work) ready() float64 {
	sum := float64(w.done)
	for _, share := range sorted(w.shares) {
		sum += min(share, 1)
	}
	return sum
}

// sorted returns shares in an order of their own, so that their sum is always the same.
func sorted(shares map[int]float64) []float64 {
	all := make([]float64, 0, len(shares))
	for _, share := range shares {
		all = append(all, share)
	}
	slices.Sort(all)
	return all
}

func (w *work) counted() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("%d/%d %3.0f %%", w.done, w.all, 100*w.ready()/float64(max(1, w.all)))
}

// earliest is how much of the work must be done before its end can be told.
const earliest = 0.02

func (w *work) left(now time.Time) string {
	left, known := w.estimate(now)
	if !known {
		return ", left: …"
	}
	return ", left: " + left.Round(time.Second).String()
}

// leastMoving is how much of the time so far replications move at least, however long it took
// to build them.
const leastMoving = 0.05

// estimate is when the last replication will have finished, if those to come take as long
// to be built and to be played as the ones so far: each worker takes the next as soon as it
// is free.
func (w *work) estimate(now time.Time) (left time.Duration, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ready := w.ready()
	if ready < earliest {
		return 0, false
	}
	busy := min(w.workers, w.all)
	spent, build := float64(now.Sub(w.begin))*float64(busy), 0.0
	if !w.built.IsZero() {
		build = float64(w.built.Sub(w.begin))
	}
	begun := float64(w.done + len(w.shares))
	build = min(build, (1-leastMoving)*spent/max(begun, 1)) // of one replication
	each := (spent - build*begun) / ready                   // that has been built
	free := make([]float64, busy)                           // when each worker is
	for i, share := range sorted(w.shares) {
		free[i%busy] += each * (1 - min(share, 1))
	}
	for range w.all - w.done - len(w.shares) {
		free[slices.Index(free, slices.Min(free))] += build + each
	}
	return time.Duration(slices.Max(free)), true
}

// terminal reports whether somebody may look at a file as it is written.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// colored reports whether text for a file may be coloured.
func colored(f *os.File) bool { return terminal(f) && os.Getenv("NO_COLOR") == "" }
