package function

import "math"

// levels is which numbers of calls at once were reached lately. Of the environments that are idle the one that was
// used last is taken, so that the n-th of them is idle since n calls were served at once: it is there if that was so within
// the time for which it waits. With what chance a number was not reached falls by a rate: that of the first time for the
// law of the number of calls, or as the mean grows.
type levels struct {
	window float64 // seconds of idleness
	length float64 // of a bucket
	left   float64 // of the newest
	newest int
	buckets
	ever      []float64 // since it is measured
	everSure  int
	was, will law // of the number of calls, at the beginning and at the end of a part of a step
	risen     []float64
}

// buckets are parts of the window.
type buckets struct {
	sure [windowParts + 1]int       // numbers up to which all were reached
	hits [windowParts + 1][]float64 // by number: minus the logarithm of the chance that it was not
	from [windowParts + 1]law       // of the number when each began
	sum  []float64                  // that of the oldest, and all hits
}

// windowParts are the parts of a window of idleness.
const windowParts = 20

// law is a Poisson law that is held to a limit: of the numbers from low on.
type law struct {
	mean   float64
	limit  int
	low    int
	share  []float64 // of a number
	below  []float64 // of those below it
	firsts []float64 // rate at which it is reached for the first time, if one call comes a second
	known  bool
}

func (l *levels) start(idle float64) {
	l.window = idle
	l.length = idle / (windowParts + 0.5) // the newest is half full, on average
	l.left = l.length
	l.was.fill(0, math.MaxInt32)
}

// longest is how long a part of a step may be.
func (l *levels) longest() float64 {
	if l.length < leastStep {
		return math.Inf(1)
	}
	return l.left
}

// at finds the law at the end of a part of a step; of others so many are among the calls.
func (l *levels) at(mean, others float64, limit int) *law {
	if others > 0 {
		limit = max(0, limit-int(others))
		mean = max(0, mean-others)
	}
	if !l.will.known || l.will.limit != limit || math.Abs(l.will.mean-mean) > alike*mean {
		if l.was.limit == limit && math.Abs(l.was.mean-mean) <= alike*mean {
			l.will.copy(&l.was)
		} else {
			l.will.fill(mean, limit)
		}
	}
	return &l.will
}

// cold returns how many cold starts there are until the law is another one, beyond so many environments: alone are those of the first
// environment of all.
func (l *levels) cold(to *law, in *Calls, seconds float64, ready int) (alone, sum float64) {
	if l.window == 0 {
		for m := max(to.low, ready); m < to.low+len(to.share) && m < to.limit; m++ {
			sum += in.Rate * seconds * to.share[m-to.low]
		}
		return 0, sum
	}
	sure, last := l.surely(), to.low+len(to.share)
	l.risen = l.risen[:0]
	for m := sure + 1; m <= last && m <= to.limit; m++ {
		rise := l.rise(to, m, in.Rate*seconds)
		l.risen = append(l.risen, rise)
		if hit := l.hit(m); m > ready && hit < surelyHit {
			begun := math.Exp(-hit) * -math.Expm1(-rise)
			if sum += begun; m == 1 {
				alone = begun
			}
		}
	}
	if in.Rate*l.window < briefly {
		sum += l.brief(to, in, seconds, ready)
	}
	return alone, sum - alone
}

// surelyHit is minus the logarithm of a chance that is none.
const surelyHit = 40

// rise is by how much the chance that a number was not reached falls while so many calls come: as it does for good,
// or as the mean grows.
func (l *levels) rise(to *law, m int, calls float64) float64 {
	always := calls * to.first(m)
	if l.was.like(to) {
		return always
	}
	return max(always, math.Log(l.was.under(m)/to.under(m)))
}

// briefly is how many calls come within a window at least so that none of the short returns to a number is longer.
const briefly = 40

// brief returns the cold starts of those who come back to a number soon, but not within the window.
func (l *levels) brief(to *law, in *Calls, seconds float64, ready int) float64 {
	sum := 0.0
	for k, share := range to.share {
		m := to.low + k + 1
		if m <= ready || m > to.limit || share <= 0 {
			continue
		}
		soon := 1 - min(1, to.under(m)*to.first(m)/share)
		known := 1.0
		if m > l.surely() {
			known = -math.Expm1(-l.hit(m))
		}
		sum += known * in.Rate * seconds * share * soon * math.Exp(-(in.Rate+float64(m-1)/in.Warm.Mean())*l.window)
	}
	return sum
}

// surely is up to which number all were reached in the window.
func (l *levels) surely() int {
	most := 0
	for _, s := range l.sure {
		most = max(most, s)
	}
	return most
}

func (l *levels) hit(m int) float64 {
	if m < len(l.sum) {
		return l.sum[m]
	}
	return 0
}

// note takes what [levels.cold] has found; of the environments that were asked for a share is made.
func (l *levels) note(seconds, rate, made float64) {
	last := l.will.low + len(l.will.share)
	first := l.surely() + 1
	if l.window == 0 {
		first = l.everSure + 1
		l.risen = l.risen[:0]
		for m := first; m <= last && m <= l.will.limit; m++ {
			l.risen = append(l.risen, l.rise(&l.will, m, rate*seconds))
		}
	}
	for k, rise := range l.risen {
		l.add(first+k, rise*made)
	}
	if made == 1 {
		l.sure[l.newest] = max(l.sure[l.newest], l.will.low)
	}
	l.everSure = max(l.everSure, l.will.low)
	if !l.was.like(&l.will) {
		l.was.copy(&l.will)
	}
	if l.left -= seconds; l.left <= leastStep/2 {
		l.turn()
	}
}

func (l *levels) add(m int, rise float64) {
	for m >= len(l.ever) {
		l.ever = append(l.ever, 0)
	}
	l.ever[m] += rise
	if l.window == 0 {
		return
	}
	for m >= len(l.sum) {
		l.sum = append(l.sum, 0)
	}
	of := &l.hits[l.newest]
	for m >= len(*of) {
		*of = append(*of, 0)
	}
	(*of)[m] += rise
	l.sum[m] += rise
}

// turn begins the next bucket, in the place of the oldest.
func (l *levels) turn() {
	l.left = l.length
	l.newest = (l.newest + 1) % len(l.hits)
	l.sure[l.newest] = 0
	l.hits[l.newest] = l.hits[l.newest][:0]
	l.from[l.newest].copy(&l.was)
	clear(l.sum)
	oldest := &l.from[(l.newest+1)%len(l.from)]
	for m := 1; m < oldest.low+len(oldest.below); m++ {
		for m >= len(l.sum) {
			l.sum = append(l.sum, 0)
		}
		l.sum[m] = -math.Log(oldest.under(m))
	}
	for _, of := range l.hits {
		for m, rise := range of {
			l.sum[m] += rise
		}
	}
}

// most is the highest number that was reached, on average.
func (l *levels) most() float64 {
	sum := float64(l.everSure)
	for m := l.everSure + 1; m < len(l.ever); m++ {
		sum -= math.Expm1(-l.ever[m])
	}
	return sum
}

func (l *levels) forget() {
	l.ever, l.everSure = l.ever[:0], l.was.low
	for m := l.everSure + 1; m <= l.was.low+len(l.was.share); m++ {
		for m >= len(l.ever) {
			l.ever = append(l.ever, 0)
		}
		l.ever[m] = -math.Log(l.was.under(m))
	}
}

// fill finds a law.
func (w *law) fill(mean float64, limit int) {
	w.mean, w.limit, w.known = mean, limit, true
	mode := min(int(mean), limit)
	wide := farOut*math.Sqrt(float64(mode)) + farOut
	w.low = max(0, mode-int(wide))
	high := min(limit, mode+int(wide)+4)
	n := high - w.low + 1
	w.share, w.below, w.firsts = w.share[:0], w.below[:0], w.firsts[:0]
	for range n {
		w.share, w.below, w.firsts = append(w.share, 0), append(w.below, 0), append(w.firsts, 0)
	}
	w.share[mode-w.low] = 1
	for k := mode; k > w.low && mean > 0; k-- {
		w.share[k-1-w.low] = w.share[k-w.low] * float64(k) / mean
	}
	for k := mode; k < high; k++ {
		w.share[k+1-w.low] = w.share[k-w.low] * mean / float64(k+1)
	}
	all := 0.0
	for _, s := range w.share {
		all += s
	}
	run, took := 0.0, 0.0
	for k := range w.share {
		w.share[k] /= all
		w.below[k] = run
		if took > 0 {
			w.firsts[k] = run / took
		}
		run += w.share[k]
		took += run * run / max(w.share[k], 1e-300)
	}
	w.below = append(w.below, run)
	w.firsts = append(w.firsts, run/took)
}

// under is the share of the numbers below one.
func (w *law) under(m int) float64 {
	switch k := m - w.low; {
	case k <= 0:
		return never
	case k >= len(w.below):
		return 1
	default:
		return max(w.below[k], never)
	}
}

// never is a chance that is none.
const never = 1e-18

// first is the rate at which a number is reached that was not.
func (w *law) first(m int) float64 {
	if k := m - w.low; k > 0 && k < len(w.firsts) {
		return w.firsts[k]
	}
	return 0
}

// like reports whether two laws are the same.
func (w *law) like(o *law) bool { return w.mean == o.mean && w.limit == o.limit && w.known == o.known }

func (w *law) copy(o *law) {
	w.mean, w.limit, w.low, w.known = o.mean, o.limit, o.low, o.known
	w.share = append(w.share[:0], o.share...)
	w.below = append(w.below[:0], o.below...)
	w.firsts = append(w.firsts[:0], o.firsts...)
}
