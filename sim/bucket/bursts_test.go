package bucket_test

import (
	"slices"
	"testing"

	"headroom/sim"
	"headroom/sim/bucket"
)

// These are allowances of Amazon's cloud with the numbers of their documentation,
// to see that one bucket carries them all.

// credits holds CPU credits in thousandths; rates are per hour.
func credits(capacity, floor, start int64) bucket.Bucket {
	return bucket.New(0, bucket.Spec{Capacity: 1000 * capacity, Floor: 1000 * floor, Start: 1000 * start, Per: sim.Hour})
}

// nano lives through the first four periods of AWS's example of a t3.nano: two vCPUs,
// 6 credits an hour, at most 144; a vCPU at 100 % spends one a minute. It returns the
// bucket at the end of the fourth. (EC2 User Guide, "Standard mode examples" and
// "Unlimited mode examples".)
func nano(t *testing.T, floor int64) (bucket.Bucket, sim.Time) {
	b := credits(144, floor, 0)
	now := sim.Time(0)
	b.SetEarn(now, 6_000)
	if b.FullAt() != 24*sim.Hour {
		t.Errorf("full at %v, want 24h", b.FullAt())
	}
	for _, period := range []struct {
		lasts       sim.Time
		percent     int64 // of both vCPUs, in tenths
		level, lost int64
	}{
		{24 * sim.Hour, 0, 144_000, 0},
		{12 * sim.Hour, 25, 144_000, 36_000},
		{24 * sim.Hour, 70, 86_400, 36_000},
		{12 * sim.Hour, 25, 122_400, 36_000},
	} {
		b.SetSpend(now, 2*60*period.percent)
		now += period.lasts
		if b.At(now) != period.level || b.Lost(now) != period.lost {
			t.Errorf("after %v at %d ‰: %d, lost %d; want %d, %d", period.lasts, period.percent,
				b.At(now), b.Lost(now), period.level, period.lost)
		}
	}
	return b, now
}

func TestCreditsOfStandardMode(t *testing.T) {
	b, now := nano(t, 0)
	b.SetSpend(now, 72_000) // 60 % of two vCPUs
	// 122.4 credits at 66 an hour last 1 h 51 min 16.36… s.
	out := b.EmptyAt()
	if got, want := out-now, sim.Time(6_676_363_636_364); got != want {
		t.Errorf("out of credits after %v, want %v", got, want)
	}
	b.SetSpend(out, 6_000) // held to 5 %, the baseline
	if b.EmptyAt() != sim.Never || b.At(out+14*sim.Hour) != 0 || b.Overdrawn(out+14*sim.Hour) != 0 {
		t.Errorf("at the baseline: empty at %v, level %d, overdrawn %d", b.EmptyAt(), b.At(out+14*sim.Hour), b.Overdrawn(out+14*sim.Hour))
	}
	b.SetSpend(out+14*sim.Hour, 0)
	if got := b.At(out + 38*sim.Hour); got != 144_000 {
		t.Errorf("after a day of rest: %d", got)
	}
}

func TestCreditsOfUnlimitedMode(t *testing.T) {
	b, now := nano(t, -144)
	b.SetSpend(now, 120_000)
	if got, want := b.Reaches(0)-now, sim.Time(3_865_263_157_895); got != want { // 122.4 / 114 h
		t.Errorf("surplus credits from %v on, want %v", got, want)
	}
	var charged []int64
	before := int64(0)
	for range 5 {
		now += sim.Hour
		charged = append(charged, b.Overdrawn(now)-before)
		before = b.Overdrawn(now)
	}
	if want := []int64{0, 0, 75_600, 114_000, 114_000}; !slices.Equal(charged, want) || b.At(now) != -144_000 {
		t.Errorf("charged %v with %d left, want %v with -144000", charged, b.At(now), want)
	}
	b.SetSpend(now, 6_000)
	now += 13 * sim.Hour
	if b.At(now) != -144_000 || b.Overdrawn(now) != 303_600 {
		t.Errorf("at the baseline: %d, charged %d, want -144000 and 303600", b.At(now), b.Overdrawn(now))
	}
	b.SetSpend(now, 0)
	now += 24 * sim.Hour
	if b.At(now) != 0 || b.Overdrawn(now) != 303_600 {
		t.Errorf("after a day of rest: %d, charged %d, want 0 and 303600", b.At(now), b.Overdrawn(now))
	}
}

// A t3.large earns 36 an hour. A day at 40 % makes 288 surplus credits, less than the
// 864 of a day; they are charged at termination.
func TestSurplusIsChargedAtTheEnd(t *testing.T) {
	b := credits(864, -864, 0)
	b.SetEarn(0, 36_000)
	b.SetSpend(0, 48_000)
	if b.At(sim.Day) != -288_000 || b.Overdrawn(sim.Day) != 0 {
		t.Errorf("surplus %d, charged %d, want 288000 and 0", -b.At(sim.Day), b.Overdrawn(sim.Day))
	}
	b.Resize(sim.Day, 0, 864_000)
	if b.At(sim.Day) != 0 || b.Overdrawn(sim.Day) != 288_000 {
		t.Errorf("terminated: level %d, charged %d, want 0 and 288000", b.At(sim.Day), b.Overdrawn(sim.Day))
	}
}

// A t2.micro has 30 launch credits beside the 144 that it earns in a day.
func TestLaunchCreditsAreABucketOfTheirOwn(t *testing.T) {
	launch, earned := credits(30, 0, 30), credits(144, 0, 0)
	earned.SetEarn(0, 6_000)
	if got := launch.At(sim.Day) + earned.At(sim.Day); got != 174_000 {
		t.Errorf("balance after a day of rest %d, want 174000", got)
	}
	launch.SetSpend(sim.Day, 60_000) // one vCPU at 100 %, the launch credits first
	over := launch.EmptyAt()
	earned.SetSpend(over, 60_000)
	// The others are full meanwhile, and then fall by 54 an hour.
	if got := earned.EmptyAt() - sim.Day; got != 30*sim.Minute+160*sim.Minute {
		t.Errorf("full speed for %v, want 190m", got)
	}
}

// A gp2 volume has 5.4 million I/O credits, earns 3 a second for each GiB, at least
// 100, and bursts to 3,000 a second (EBS User Guide, "General Purpose SSD volumes").
func TestCreditsOfGP2(t *testing.T) {
	const full, burst = 5_400_000, 3_000
	for _, c := range []struct {
		gib, baseline  int64
		bursts, refill sim.Time
	}{
		{100, 300, 2_000 * sim.Second, 18_000 * sim.Second},
		{334, 1_002, 2_702_702_702_703, 5_389_221_556_887}, // the guide says 2,703 and 5,389 s
		{20, 100, 1_862_068_965_518, 54_000 * sim.Second},
	} {
		b := bucket.New(0, bucket.Spec{Capacity: full, Start: full, Per: sim.Second})
		b.SetEarn(0, max(100, 3*c.gib))
		b.SetSpend(0, burst)
		out := b.EmptyAt()
		if out != c.bursts || b.Earns() != c.baseline {
			t.Errorf("%d GiB: bursts for %d, want %d", c.gib, out, c.bursts)
		}
		b.SetSpend(out, c.baseline) // held to what it earns
		if b.EmptyAt() != sim.Never || b.FullAt() != sim.Never {
			t.Errorf("%d GiB: a saturated volume is to be empty at %v, full at %v", c.gib, b.EmptyAt(), b.FullAt())
		}
		b.SetSpend(out, 0)
		if got := b.FullAt() - out; got != c.refill {
			t.Errorf("%d GiB: full again after %d, want %d", c.gib, got, c.refill)
		}
	}
}

// An st1 volume of 1 TiB has 1 TiB of credits, earns 40 MiB/s and bursts to 250 MiB/s
// (EBS User Guide, "Throughput Optimized HDD volumes").
func TestCreditsOfST1(t *testing.T) {
	const mib, tib = 1 << 20, 1 << 40
	b := bucket.New(0, bucket.Spec{Capacity: tib, Start: tib, Per: sim.Second})
	b.SetEarn(0, 40*mib)
	b.SetSpend(0, 250*mib)
	if got, want := b.EmptyAt(), sim.Time(4_993_219_047_620); got != want { // 1,048,576 / 210 s
		t.Errorf("bursts for %d, want %d", got, want)
	}
	if scan := sim.Seconds(1_048_576.0 / 250); b.EmptyAt() < scan || scan > 70*sim.Minute { // 1.17 h
		t.Errorf("the scan of the volume takes %v, the burst lasts %v", scan, b.EmptyAt())
	}
	b.SetSpend(b.EmptyAt(), 40*mib)
	if b.EmptyAt() != sim.Never {
		t.Errorf("at its base it is to be empty at %v", b.EmptyAt())
	}
}

// An m5.large has a baseline of 0.75 Gbit/s and bursts to 10, with credits for half an
// hour of that (EC2 User Guide, "Amazon EC2 instance network bandwidth").
func TestCreditsOfANetworkInterface(t *testing.T) {
	const full = 9_250_000_000 * 1_800 // bit
	b := bucket.New(0, bucket.Spec{Capacity: full, Start: full, Per: sim.Second})
	b.SetEarn(0, 750_000_000)
	b.SetSpend(0, 2_000_000_000)
	if got, want := b.EmptyAt(), 13_320*sim.Second; got != want {
		t.Errorf("2 Gbit/s for %v, want %v", got, want)
	}
	b.SetSpend(b.EmptyAt(), 750_000_000)
	if b.EmptyAt() != sim.Never {
		t.Errorf("at its baseline it is to be empty at %v", b.EmptyAt())
	}
}

// An m5.large reaches 4,750 Mbit/s to its volumes for 30 minutes once a day, and else
// 650 (EC2 User Guide, "Amazon EBS-optimized instances"). While it stays at or below
// that, the bucket is refilled at a constant rate, a 48th of what it was drained with:
// a number of bits per 48 seconds.
func TestCreditsOfAnInstancesVolumes(t *testing.T) {
	const above = 4_100_000_000 // bit/s
	b := bucket.New(0, bucket.Spec{Capacity: above * 1_800, Start: above * 1_800, Per: 48 * sim.Second})
	now := sim.Time(0)
	for range 3 {
		b.SetEarn(now, 0)
		b.SetSpend(now, 48*above)
		if got := b.EmptyAt() - now; got != 30*sim.Minute {
			t.Errorf("bursts for %v, want 30m", got)
		}
		now = b.EmptyAt()
		b.SetEarn(now, above)
		b.SetSpend(now, 0)
		if got := b.FullAt() - now; got != sim.Day {
			t.Errorf("full again after %v, want 24h", got)
		}
		now = b.FullAt()
	}
	if b.Lost(now) != 0 || b.Overdrawn(now) != 0 {
		t.Errorf("lost %d, overdrawn %d", b.Lost(now), b.Overdrawn(now))
	}
}

// A file system of 100 GB earns 5 MB/s and bursts to 100 MB/s; a twentieth of the day,
// 72 minutes, is what it can burst forever. Reads are metered at a third (EFS User
// Guide, "Amazon EFS performance").
func TestCreditsOfAFileSystem(t *testing.T) {
	const mb = 1_000_000
	const full = 21 << 40 / 10 // byte: 2.1 TiB
	b := bucket.New(0, bucket.Spec{Capacity: full, Per: sim.Second})
	b.SetEarn(0, 5*mb)
	for day := range sim.Time(10) {
		rested := day*sim.Day + sim.Day - 72*sim.Minute
		b.SetSpend(rested, 100*mb)
		if got, want := b.EmptyAt(), (day+1)*sim.Day; got != want {
			t.Errorf("day %d: bursts until %v, want %v", day, got, want)
		}
		b.SetSpend((day+1)*sim.Day, 0)
	}
	now := 10 * sim.Day
	b.Put(now, full)
	b.SetSpend(now, (30/3+30)*mb) // 30 MB/s read and 30 written
	if got, want := b.At(now)-b.At(now+sim.Hour), int64(35*mb*3600); got != want {
		t.Errorf("an hour of 40 MB/s metered takes %d, want %d", got, want)
	}
}

// A function may start 1,000 environments every ten seconds, refilled continuously,
// never more at once (Lambda Developer Guide, "Lambda scaling behavior").
func TestRampOfAFunction(t *testing.T) {
	b := bucket.New(0, bucket.Spec{Capacity: 1_000, Start: 1_000, Per: 10 * sim.Second})
	b.SetEarn(0, 1_000)
	started := func(at sim.Time, wanted int) (n int) {
		for n < wanted && b.Take(at, 1) {
			n++
		}
		return n
	}
	for _, c := range []struct {
		at   sim.Time
		want int
	}{{0, 1_000}, {5 * sim.Second, 500}, {5*sim.Second + 10*sim.Millisecond, 1}, {sim.Hour, 1_000}, {sim.Hour + 10*sim.Second, 1_000}} {
		if got := started(c.at, 5_000); got != c.want {
			t.Errorf("at %v %d of 5,000 start, want %d", c.at, got, c.want)
		}
	}
}
